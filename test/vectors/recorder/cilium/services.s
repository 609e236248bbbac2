// A file in assembly lets the package declare functions without a body (services.go).
