package main

import (
	"context"
	"errors"
	"reflect"
	"unsafe"

	"github.com/projectcalico/calico/libcalico-go/lib/apiconfig"
	bapi "github.com/projectcalico/calico/libcalico-go/lib/backend/api"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/model"
	"github.com/projectcalico/calico/libcalico-go/lib/clientv3"
	cerrors "github.com/projectcalico/calico/libcalico-go/lib/errors"
)

// memory is the datastore of one world: just enough of the backend for
// Calico's own client to create objects in it. Order of creation is kept so
// that every recording feeds the engine in the same order.
type memory struct {
	kvs   map[string]*model.KVPair
	order []string
}

func newMemory() *memory { return &memory{kvs: map[string]*model.KVPair{}} }

func (m *memory) put(kv *model.KVPair) {
	k := kv.Key.String()
	if _, ok := m.kvs[k]; !ok {
		m.order = append(m.order, k)
	}
	m.kvs[k] = kv
}

func (m *memory) all() []*model.KVPair {
	var out []*model.KVPair
	for _, k := range m.order {
		out = append(out, m.kvs[k])
	}
	return out
}

func (m *memory) Create(_ context.Context, kv *model.KVPair) (*model.KVPair, error) {
	if _, ok := m.kvs[kv.Key.String()]; ok {
		return nil, cerrors.ErrorResourceAlreadyExists{Identifier: kv.Key}
	}
	m.put(kv)
	return kv, nil
}

func (m *memory) Get(_ context.Context, key model.Key, _ string) (*model.KVPair, error) {
	if kv, ok := m.kvs[key.String()]; ok {
		return kv, nil
	}
	return nil, cerrors.ErrorResourceDoesNotExist{Identifier: key}
}

// List answers only "everything of a kind": the client lists tiers and host
// endpoints to look for clashes.
func (m *memory) List(_ context.Context, list model.ListInterface, _ string) (*model.KVPairList, error) {
	out := &model.KVPairList{}
	if l, ok := list.(model.ResourceListOptions); ok {
		for _, kv := range m.all() {
			if k, ok := kv.Key.(model.ResourceKey); ok && k.Kind == l.Kind {
				out.KVPairs = append(out.KVPairs, kv)
			}
		}
	}
	return out, nil
}

var errUnused = errors.New("the recorder does not use this")

func (m *memory) Update(context.Context, *model.KVPair) (*model.KVPair, error) {
	return nil, errUnused
}
func (m *memory) Apply(context.Context, *model.KVPair) (*model.KVPair, error) {
	return nil, errUnused
}
func (m *memory) Delete(context.Context, model.Key, string) (*model.KVPair, error) {
	return nil, errUnused
}
func (m *memory) DeleteKVP(context.Context, *model.KVPair) (*model.KVPair, error) {
	return nil, errUnused
}
func (m *memory) Watch(context.Context, model.ListInterface, bapi.WatchOptions) (bapi.WatchInterface, error) {
	return nil, errUnused
}
func (m *memory) EnsureInitialized() error { return nil }
func (m *memory) Clean() error             { return nil }
func (m *memory) Close() error             { return nil }

// prototype is Calico's client over a datastore that is never asked.
var prototype = func() clientv3.Interface {
	var cfg apiconfig.CalicoAPIConfig
	cfg.Spec.DatastoreType = apiconfig.EtcdV3
	cfg.Spec.EtcdEndpoints = "http://127.0.0.1:1"
	c, err := clientv3.New(cfg)
	if err != nil {
		panic(err)
	}
	return c
}()

// clientOn gives Calico's own client (defaults, validation, tier checks) over
// a memory. The client's package can only be had with a real datastore, so
// its two references to the backend are exchanged by reflection.
func clientOn(m *memory) clientv3.Interface {
	c := reflect.New(reflect.TypeOf(prototype)).Elem()
	c.Set(reflect.ValueOf(prototype))
	exchange(c.FieldByName("backend"), reflect.ValueOf(m))
	old := c.FieldByName("resources")
	resources := reflect.New(old.Elem().Elem().Type())
	exchange(resources.Elem().FieldByName("backend"), reflect.ValueOf(m))
	exchange(old, resources)
	return c.Interface().(clientv3.Interface)
}

func exchange(field, value reflect.Value) {
	reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Set(value)
}
