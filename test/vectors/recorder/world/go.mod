module netpol-migrate.dev/vectors/recorder/world

go 1.24
