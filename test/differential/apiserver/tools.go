//go:build tools

// Package apiserver names the programs, so that `go mod tidy` keeps what they need.
package apiserver

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
)
