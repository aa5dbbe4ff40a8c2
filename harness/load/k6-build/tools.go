//go:build tools

// Package tools pins the k6 that Lowtide builds where no release can be fetched.
package tools

import _ "go.k6.io/k6/v2"
