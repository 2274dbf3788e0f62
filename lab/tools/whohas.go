package main

import (
	"bufio"
	"flag"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"
)

// answer is one node saying "that address is mine".
type answer struct {
	address netip.Addr
	mac     string
}

// whohas asks on an interface for every address and prints all MACs that answer: {"address": ["mac", …]}.
//
// With -watch it goes on asking, prints a line whenever the set of answerers of an address changes, and
// sums up on "report" and "quit" (or the end of stdin): how long at most nobody, and how long at most more
// than one, answered.
func whohas(args []string) error {
	flags := flag.NewFlagSet("whohas", flag.ExitOnError)
	name := flags.String("interface", "eth0", "where to ask")
	window := flags.Duration("window", 200*time.Millisecond, "how long to wait for answers")
	watch := flags.Bool("watch", false, "go on asking")
	interval := flags.Duration("interval", 50*time.Millisecond, "with -watch: between two rounds")
	flags.Parse(args)

	addresses, err := parseAddresses(flags.Args())
	if err != nil {
		return err
	}
	wire, err := openSegment(*name, false)
	if err != nil {
		return err
	}
	answers := make(chan answer, 4096)
	go listen(wire, addresses, answers)
	if *watch {
		return watchAnswers(wire, addresses, answers, *interval)
	}
	found, err := round(wire, addresses, answers, *window)
	if err != nil {
		return err
	}
	printJSON(found)
	return nil
}

// listen passes on every answer for one of the addresses; solicited or not, for a client believes both.
func listen(wire *segment, addresses []netip.Addr, answers chan<- answer) {
	wanted := map[netip.Addr]bool{}
	for _, address := range addresses {
		wanted[address] = true
	}
	buffer := make([]byte, 65536)
	for {
		frame, err := wire.receive(buffer)
		if err != nil {
			continue // The link may be down for a while.
		}
		if arp, ok := parseARP(frame); ok && arp.operation == arpReply && wanted[arp.senderIP] {
			answers <- answer{arp.senderIP, arp.senderMAC.String()}
		}
		if na, ok := parseNeighbor(frame); ok && na.kind == neighborAdvertisement && wanted[na.target] {
			answers <- answer{na.target, na.linkLayer.String()}
		}
	}
}

// round asks once for all addresses and collects what is answered within the window.
func round(wire *segment, addresses []netip.Addr, answers <-chan answer, window time.Duration) (map[string][]string, error) {
	found := map[string][]string{}
	for _, address := range addresses {
		found[address.String()] = []string{}
		if err := wire.ask(address); err != nil {
			return nil, err
		}
	}
	end := time.After(window)
	for {
		select {
		case a := <-answers:
			key := a.address.String()
			if !slices.Contains(found[key], a.mac) {
				found[key] = append(found[key], a.mac)
			}
		case <-end:
			for _, macs := range found {
				slices.Sort(macs)
			}
			return found, nil
		}
	}
}

type watched struct {
	Address    string   `json:"address"`
	MACs       []string `json:"macs"` // in the last round
	RoundsNone int      `json:"roundsNone"`
	RoundsOne  int      `json:"roundsOne"`
	RoundsMany int      `json:"roundsMany"`
	NoneMsMax  int64    `json:"noneMsMax"`
	ManyMsMax  int64    `json:"manyMsMax"`
	noneSince  time.Time
	manySince  time.Time
	seenOnce   bool
}

type change struct {
	Kind    string   `json:"kind"`
	AtMs    int64    `json:"atMs"`
	Address string   `json:"address"`
	MACs    []string `json:"macs"`
}

type watchReport struct {
	Kind      string     `json:"kind"`
	AtMs      int64      `json:"atMs"`
	Rounds    int        `json:"rounds"`
	Addresses []*watched `json:"addresses"`
}

func watchAnswers(wire *segment, addresses []netip.Addr, answers <-chan answer, interval time.Duration) error {
	states := make([]*watched, len(addresses))
	for i, address := range addresses {
		states[i] = &watched{Address: address.String(), MACs: []string{}}
	}
	commands := readLines()
	rounds := 0
	report := func(kind string) {
		printJSON(watchReport{kind, time.Now().UnixMilli(), rounds, states})
	}
	for {
		start := time.Now()
		found, err := round(wire, addresses, answers, interval)
		if err != nil {
			return err
		}
		rounds++
		for _, state := range states {
			state.add(found[state.Address], start, interval)
		}
		select {
		case line, open := <-commands:
			if !open || line == "quit" {
				report("final")
				return nil
			}
			if line == "report" {
				report("report")
			}
		default:
		}
	}
}

// add takes one round's answerers. Times run from the start of the first bad round to the end of the last.
func (w *watched) add(macs []string, start time.Time, length time.Duration) {
	if !w.seenOnce || !slices.Equal(macs, w.MACs) {
		printJSON(change{"change", start.UnixMilli(), w.Address, macs})
	}
	w.seenOnce, w.MACs = true, macs
	end := start.Add(length)
	switch len(macs) {
	case 0:
		w.RoundsNone++
		w.manySince = time.Time{}
		w.noneSince, w.NoneMsMax = extend(w.noneSince, start, end, w.NoneMsMax)
	case 1:
		w.RoundsOne++
		w.noneSince, w.manySince = time.Time{}, time.Time{}
	default:
		w.RoundsMany++
		w.noneSince = time.Time{}
		w.manySince, w.ManyMsMax = extend(w.manySince, start, end, w.ManyMsMax)
	}
}

func extend(since, start, end time.Time, longest int64) (time.Time, int64) {
	if since.IsZero() {
		since = start
	}
	return since, max(longest, end.Sub(since).Milliseconds())
}

// readLines gives the lines of stdin; the channel is closed at its end.
func readLines() <-chan string {
	lines := make(chan string, 16)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(os.Stdin)
		for scanner.Scan() {
			lines <- strings.TrimSpace(scanner.Text())
		}
	}()
	return lines
}
