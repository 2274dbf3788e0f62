package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

// flows is a client with many UDP flows to one address: each from a port of its own, each datagram answered by a backend that
// says on which node it is. The flows take turns, evenly over the interval, so that a silence of some of them is known to the millisecond.
//
// A window tells, for each node that answered first, what of its flows was lost: how many datagrams, the time from the first of them to the
// last ("silenceMs", by the moments of sending), the longest time that one of the flows was without ("worstFlowMs"), how many went
// elsewhere. A datagram is lost that has no answer half a second after the window's end.
//
// Lines on stdin: "mark NAME" ends the window and starts a new one, "quit" (or the end of stdin) ends it and the program.
func flows(args []string) error {
	flags := flag.NewFlagSet("flows", flag.ExitOnError)
	count := flags.Int("flows", 500, "how many")
	interval := flags.Duration("interval", 100*time.Millisecond, "between two datagrams of a flow")
	port := flags.Int("port", 80, "UDP port")
	flags.Parse(args)

	addresses, err := parseAddresses(flags.Args())
	if err != nil {
		return err
	}
	if len(addresses) != 1 || !addresses[0].Is4() {
		return fmt.Errorf("name one address of IPv4")
	}
	runtime.LockOSThread()
	debug.SetGCPercent(-1) // Windows are short; their end collects.
	debug.SetMemoryLimit(512 << 20)
	haste()
	raiseFileLimit(*count)

	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	now := time.Now()
	f := &flowing{epoll: epoll, interval: *interval, began: now, name: "start", from: now, flowOf: map[int]int{}}
	for i := range *count {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: *port, Addr: addresses[0].As4()}); err != nil {
			return err
		}
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
		if err := syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
			return err
		}
		f.sockets = append(f.sockets, fd)
		f.flowOf[fd] = i
	}
	return f.run()
}

const (
	flowTick = time.Millisecond
	flowTail = 500 * time.Millisecond
)

// datagram is one that was sent, and which node answered it.
type datagram struct {
	at   time.Time
	flow int
	node string // "": none yet
}

type flowing struct {
	epoll    int
	interval time.Duration
	sockets  []int
	flowOf   map[int]int // by descriptor
	began    time.Time
	due      uint64 // datagrams that should have been sent since then
	sent     []datagram
	first    uint64 // number of the first of them
	name     string
	from     time.Time
	pauseMax time.Duration
	ending   *ending
}

// ending is the end of a window, whose last answers are still on their way.
type ending struct {
	number   uint64
	at       time.Time
	next     string // "": the end of all
	pauseMax time.Duration
}

type flowShare struct {
	Node        string  `json:"node"`
	Flows       int     `json:"flows"`
	Sent        int     `json:"sent"`
	Lost        int     `json:"lost"`
	SilenceMs   float64 `json:"silenceMs"`
	WorstFlowMs float64 `json:"worstFlowMs"`
	WentAway    int     `json:"wentAway"` // flows that another node answered last
	firstLost   time.Time
}

type flowWindow struct {
	Kind       string       `json:"kind"`
	Name       string       `json:"name"`
	FromMs     int64        `json:"fromMs"`
	ToMs       int64        `json:"toMs"`
	Sent       int          `json:"sent"`
	Lost       int          `json:"lost"`
	PauseMsMax float64      `json:"pauseMsMax"`
	Shares     []*flowShare `json:"shares"` // "nobody" has the flows without any answer
}

func (f *flowing) run() error {
	commands := readLines()
	timer, err := startTimer(f.epoll, flowTick)
	if err != nil {
		return err
	}
	events := make([]syscall.EpollEvent, 1024)
	lastTick := time.Now()
	for {
		n, err := syscall.EpollWait(f.epoll, events, -1)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		tick := false
		for _, event := range events[:n] {
			if int(event.Fd) == timer {
				tick = true
			} else {
				f.hear(int(event.Fd))
			}
		}
		if !tick {
			continue
		}
		var expirations [8]byte
		syscall.Read(timer, expirations[:])
		now := time.Now()
		f.pauseMax = max(f.pauseMax, now.Sub(lastTick)-flowTick)
		lastTick = now
		f.send(now)
		if f.ending != nil && now.Sub(f.ending.at) >= flowTail {
			if f.end(); f.name == "" {
				return nil
			}
		}
		if f.ending == nil {
			f.obey(commands, now)
		}
	}
}

func (f *flowing) obey(commands <-chan string, now time.Time) {
	select {
	case line, open := <-commands:
		if !open || line == "quit" {
			line = "mark "
		}
		if len(line) < 5 || line[:5] != "mark " {
			fmt.Fprintf(os.Stderr, "flows: unknown command %q: mark NAME or quit\n", line)
			return
		}
		f.ending = &ending{f.first + uint64(len(f.sent)), now, line[5:], f.pauseMax}
		f.pauseMax = 0
	default:
	}
}

// send sends what is due; who was late for a whole turn does not catch up.
func (f *flowing) send(now time.Time) {
	count := uint64(len(f.sockets))
	due := uint64(now.Sub(f.began)) * count / uint64(f.interval)
	f.due = max(f.due, due-min(due, count))
	var payload [8]byte
	for ; f.due < due; f.due++ {
		flow := int(f.due % count)
		binary.BigEndian.PutUint64(payload[:], f.first+uint64(len(f.sent)))
		f.sent = append(f.sent, datagram{at: time.Now(), flow: flow})
		syscall.Write(f.sockets[flow], payload[:]) // What fails is lost, which is told.
	}
}

func (f *flowing) hear(fd int) {
	var buffer [512]byte
	for {
		n, err := syscall.Read(fd, buffer[:])
		if err == syscall.EAGAIN {
			return
		}
		if err != nil || n < 8 {
			continue // Nobody listens there, as a router or a node has said.
		}
		line, number := buffer[:n-8], binary.BigEndian.Uint64(buffer[n-8:n])
		if number < f.first || number-f.first >= uint64(len(f.sent)) {
			continue
		}
		_, rest, _ := bytes.Cut(line, []byte("node="))
		node, _, _ := bytes.Cut(rest, []byte(" "))
		f.sent[number-f.first].node = string(node)
	}
}

func (f *flowing) end() {
	count := f.ending.number - f.first
	printJSON(windowOf(f, f.sent[:count]))
	f.sent = slices.Clone(f.sent[count:])
	f.first += count
	f.name, f.from = f.ending.next, f.ending.at
	f.ending = nil
	runtime.GC()
}

func windowOf(f *flowing, sent []datagram) flowWindow {
	w := flowWindow{"window", f.name, f.from.UnixMilli(), f.ending.at.UnixMilli(), len(sent), 0, milliseconds(f.ending.pauseMax), nil}
	if f.ending.next == "" {
		w.Kind = "final"
	}
	home := make([]string, len(f.sockets))
	last := make([]string, len(f.sockets))
	for _, d := range sent {
		if d.node != "" && home[d.flow] == "" {
			home[d.flow] = d.node
		}
		if d.node != "" {
			last[d.flow] = d.node
		}
	}
	shares := map[string]*flowShare{}
	for flow, node := range home {
		if node == "" {
			home[flow] = "nobody"
		}
		share := shares[home[flow]]
		if share == nil {
			share = &flowShare{Node: home[flow]}
			shares[home[flow]] = share
			w.Shares = append(w.Shares, share)
		}
		share.Flows++
		if last[flow] != node {
			share.WentAway++
		}
	}
	slices.SortFunc(w.Shares, func(a, b *flowShare) int { return strings.Compare(a.Node, b.Node) })
	answered := make([]time.Time, len(f.sockets))
	for i := range answered {
		answered[i] = f.from
	}
	for _, d := range sent {
		share := shares[home[d.flow]]
		share.Sent++
		if d.node == "" {
			share.lose(d.at)
			w.Lost++
			continue
		}
		share.WorstFlowMs = max(share.WorstFlowMs, milliseconds(d.at.Sub(answered[d.flow])))
		answered[d.flow] = d.at
	}
	for flow, at := range answered {
		share := shares[home[flow]]
		share.WorstFlowMs = max(share.WorstFlowMs, milliseconds(f.ending.at.Sub(at)))
	}
	return w
}

func (s *flowShare) lose(at time.Time) {
	if s.Lost == 0 {
		s.firstLost = at
	}
	s.Lost++
	s.SilenceMs = milliseconds(at.Sub(s.firstLost))
}
