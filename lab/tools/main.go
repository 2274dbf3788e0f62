// Command tools is what the lab runs inside its network namespaces: backends, clients and observers.
//
// One static program, standard library only. Data goes to stdout as JSON, sentences go to stderr.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

var commands = map[string]func(args []string) error{
	"backend":  backend,  // what a Pod runs: HTTP and UDP that tell which Pod answered
	"fetch":    fetch,    // one HTTP request per URL
	"flows":    flows,    // many UDP flows to one address: who answers them, and what is lost
	"probe":    probe,    // TCP connects to every address at a steady pace, and the silences in between
	"record":   record,   // who answered for every address, and when, as the switch saw it
	"relay":    relay,    // TCP from a namespace to loopback of the one that started it
	"stranger": stranger, // answers for addresses that are not its own
	"whohas":   whohas,   // every MAC that answers for an address
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "Usage: tools backend|fetch|flows|probe|record|relay|stranger|whohas [flags] [arguments]; -help after a command tells its flags")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// printJSON writes one line.
func printJSON(value any) {
	line, err := json.Marshal(value)
	if err != nil {
		panic(err) // Our own types always marshal.
	}
	os.Stdout.Write(append(line, '\n'))
}
