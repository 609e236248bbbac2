// Korean descriptions of the options, for the tables of README.ko.md. Keyed as the tables of the command line are, so that
// docs/generate.js fails on an option without a description here and on a description without an option.

const CONFIG =
  "옵션을 적어 둔 파일. 클러스터에 관한 값만 여기에도 적용됩니다 (기본: 현재 폴더의 netpol-migrate.config.yaml). --no-config: 쓰지 않음";
const COLOR = "색 사용 (기본: 터미널일 때, NO_COLOR가 없으면)";
const FROM = "입력에 두 엔진의 정책이 모두 있을 때 실제로 정책을 적용하는 엔진";
const ASSUME = "사실로 받아들일 가정의 이름. 각 가정은 docs/DIAGNOSTICS.md에 있습니다";
const REPORT =
  "[형식=]파일에 보고서를 씁니다. 형식은 파일 이름의 끝으로 정해지고, -는 표준 출력입니다";

export const KOREAN = {
  facts: {
    inventory:
      "네임스페이스, 파드, 서비스 등이 담긴 파일이나 폴더. 사실로만 쓰고 변환하지 않습니다",
    "known-namespace":
      "다룰 네임스페이스, NAME[:key=value,..]. NAME만 쓰면 레이블을 모른다는 뜻, NAME:이면 레이블이 없다는 뜻",
    namespace: "네임스페이스가 적혀 있지 않은 문서의 네임스페이스",
    "pod-cidr": "전환 전의 파드 주소 대역",
    "target-pod-cidr": "전환 후의 파드 주소 대역 (달라지는 경우)",
    disjoint: "한 파드가 둘 이상 가질 수 없는 레이블, KEY=VALUE|KEY=VALUE|.. (KEY만 쓰면 모든 값)",
    tier: "입력에 없는 Calico 티어, NAME=ORDER[:Pass]",
  },
  convert: {
    "out-dir": "표준 출력 대신 DIR/<네임스페이스>/<이름>.yaml로 씁니다",
    report: REPORT,
    "dry-run": "NetworkPolicy는 쓰지 않고 보고서와 요약만 냅니다",
    kustomize: "출력 폴더에 파일 목록을 담은 kustomization.yaml을 씁니다",
    prune: "이전 실행이 남겼고 이번에는 쓰지 않는 파일을 출력 폴더에서 지웁니다",
    actions:
      "앞선 Deny나 Pass가 일부를 결정하는 Allow를 통째로 뺄지(skip), 정확히 잘라 낼지(compile)",
    inexact: "정확히 옮길 수 없을 때 좁은 쪽(narrow)과 넓은 쪽(widen) 가운데 어느 쪽을 택할지",
    "unsayable-subjects":
      "대상 파드를 podSelector로 표현할 수 없는 정책: 중단(stop), 격리(isolate), 열어 둠(leave-open)",
    from: FROM,
    "keep-kubernetes": "--actions compile에서, 원본이 잘라 내는 Kubernetes 정책도 그대로 둡니다",
    enforcer: "결과를 적용할 엔진. ipBlock이 파드에도 해당하는지가 달라집니다",
    assume: ASSUME,
    "allow-incomplete":
      "잘못되었거나, 순서나 네임스페이스를 알 수 없는 정책이 있어도 씁니다. 결과는 보장되지 않습니다",
    verify: "출력을 다시 읽어 주장한 결과를 증명합니다. --no-verify: 하지 않음",
    "fail-on": "이 결과이거나 더 나쁘면 종료 코드 1",
    config:
      "옵션을 적어 둔 파일 (기본: 현재 폴더의 netpol-migrate.config.yaml). --no-config: 쓰지 않음",
    baseline: "이전 JSON 보고서. 거기에 없는 새 항목만 실패로 봅니다",
    quiet: "한 줄 평가와 잘못된 것만 보여 줍니다",
    verbose: "모든 항목과, 말로 풀어 쓴 모든 정책을 보여 줍니다",
    color: COLOR,
  },
  verify: {
    against: "비교할 다른 정책 집합: convert의 출력이나, 같은 클러스터의 다른 정책",
    expect: "전환 전과 후에 허용되거나 거부되어야 하는 흐름을 적은 파일",
    report: REPORT,
    from: FROM,
    enforcer:
      "--against의 Kubernetes 정책을 적용할 엔진. ipBlock이 파드에도 해당하는지가 달라집니다",
    assume: ASSUME,
    "allow-incomplete": "읽지 못한 정책이 있어도 비교합니다. 결과는 잘해야 unknown입니다",
    "fail-on": "이 결과이거나 더 나쁘면 종료 코드 1",
    config: CONFIG,
    quiet: "한 줄 평가와 잘못된 것만 보여 줍니다",
    verbose: "모든 차이와 모든 항목을 보여 줍니다",
    color: COLOR,
  },
  diff: {
    against: "새 정책: 나중 버전이나 convert의 출력",
    from: FROM,
    show: "텍스트(text), 한쪽만 허용하는 연결(semantic), 또는 둘 다(both)",
    focus: "NS, 인벤토리의 NS/워크로드, 또는 NS/app=web에 관한 것만",
    direction: "어느 쪽 끝에서 볼지: ingress는 목적지, egress는 출발지",
    report: REPORT,
    enforcer: "Kubernetes 정책을 적용할 엔진. ipBlock이 파드에도 해당하는지가 달라집니다",
    assume: ASSUME,
    "allow-incomplete": "읽지 못한 정책이 있어도 0이나 1로 끝납니다",
    config: CONFIG,
    stat: "텍스트는 어느 정책에서 몇 줄이 바뀌었는지만 보여 줍니다",
    quiet: "요약만 보여 주고 경고하지 않습니다",
    verbose: "모든 차이를 예와 함께, explain으로 물어볼 말까지 보여 줍니다",
    color: COLOR,
  },
  report: {
    report: REPORT,
    quiet: "한 줄 평가와 잘못된 것만 보여 줍니다",
    verbose: "모든 항목과 모든 정책을 보여 줍니다",
    color: COLOR,
  },
  explain: {
    from: "누가 연결하는지: NS/파드, NS/app=web,tier=db[,sa=이름][@주소], 또는 주소",
    to: "누구에게 연결하는지: --from과 같은 형식",
    port: "443/TCP, 53/UDP, http/TCP, http=8080/TCP, icmp, icmp/8/0, proto/47",
    direction: "어느 쪽 끝에서 볼지: ingress는 목적지, egress는 출발지",
    engine: FROM,
    against: "같은 클러스터의 다른 정책(예: 출력). 두 집합이 같은 답을 내는지 봅니다",
    policy: "흐름 대신 정책 하나: 이름이나 NS/이름. 규칙마다 무엇이 되는지 보여 줍니다",
    actions: "convert와 같음: 일부만 결정되는 규칙을 빼거나(skip) 잘라 냅니다(compile)",
    "allow-incomplete": "읽지 못한 정책이 있어도 0으로 끝납니다",
    config: CONFIG,
    output: "표준 출력의 형식: 사람이 읽을 text 또는 json",
    verbose: "물어본 모든 정책과 규칙, 그리고 맞지 않은 이유",
    quiet: "경고하지 않습니다",
    color: COLOR,
  },
};
