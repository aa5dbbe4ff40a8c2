// Command k6 is k6 as it is, with Lowtide's output built in.
package main

import (
	"go.k6.io/k6/v2/cmd"

	_ "lowtide/k6-build/stream"
)

func main() {
	cmd.Execute()
}
