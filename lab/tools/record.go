package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// record stands on the switch: it asks for every address all the time, by the switch's own port, and keeps who
// answered, by the port that the frame came in. So an answer is its sender's even if its MAC lies.
//
// What is kept are spells: answers of one port for one address with no longer pause than -gap in between. An answer
// counts when the switch passed it on to anybody; one of a cut-off node did not reach anyone and is counted apart.
// Two nodes answered at once where their spells overlap. Frames' times are the kernel's, at their arrival.
//
// Gratuitous ARP and unsolicited advertisements are answers as well: a client believes them as much.
//
// Lines on stdin as for probe: "mark NAME", "report", "quit".
func record(args []string) error {
	flags := flag.NewFlagSet("record", flag.ExitOnError)
	bridge := flags.String("bridge", "switch", "the switch; by its own port it asks")
	ask := flags.Duration("ask", 10*time.Millisecond, "between two questions for one address")
	gap := flags.Duration("gap", 250*time.Millisecond, "a longer pause ends a spell")
	from4 := flags.String("from-ipv4", "10.77.0.102", "on behalf of whom ARP asks")
	from6 := flags.String("from-ipv6", "fd77::66", "on behalf of whom NDP asks")
	flags.Parse(args)

	addresses, err := parseAddresses(flags.Args())
	if err != nil {
		return err
	}
	wire, err := openSegment(*bridge, false)
	if err != nil {
		return err
	}
	if wire.ipv4, err = netip.ParseAddr(*from4); err != nil {
		return err
	}
	if wire.ipv6, err = netip.ParseAddr(*from6); err != nil {
		return err
	}
	r := &recorder{gap: *gap, wire: wire, name: "start", from: time.Now(), ports: map[int]string{}}
	for _, address := range addresses {
		r.addresses = append(r.addresses, &recorded{Address: address.String(), Spells: []*spell{}, ip: address})
	}
	return r.run(*ask)
}

type spell struct {
	Port    string  `json:"port"`
	MAC     string  `json:"mac"`
	FromMs  float64 `json:"fromMs"`
	ToMs    float64 `json:"toMs"`
	Answers int     `json:"answers"`
}

type recorded struct {
	Address string   `json:"address"`
	Asked   int      `json:"asked"`
	Spells  []*spell `json:"spells"`
	// Answers that the switch passed on to nobody, by port.
	Unheard map[string]int `json:"unheard"`

	ip   netip.Addr
	last *pending // came in, and nobody has got it yet
}

type pending struct {
	port, mac string
	atMs      float64
}

type recordWindow struct {
	Kind          string      `json:"kind"`
	Name          string      `json:"name"`
	FromMs        int64       `json:"fromMs"`
	ToMs          int64       `json:"toMs"`
	AskPauseMsMax float64     `json:"askPauseMsMax"` // between two rounds of questions
	FramesMissed  uint32      `json:"framesMissed"`  // by us: above 0 the record has holes
	Addresses     []*recorded `json:"addresses"`
}

type recorder struct {
	gap       time.Duration
	wire      *segment
	fd        int
	name      string
	from      time.Time
	pauseMax  time.Duration
	missed    uint32
	ports     map[int]string
	addresses []*recorded
}

// run does everything in one thread: questions by the clock, and frames in between.
func (r *recorder) run(ask time.Duration) error {
	runtime.LockOSThread()
	debug.SetGCPercent(400)
	haste()
	if err := r.open(); err != nil {
		return err
	}
	commands := readLines()
	buffer, control := make([]byte, 2048), make([]byte, 128)
	next, lastAsk := time.Now(), time.Now()
	for {
		if now := time.Now(); !now.Before(next) {
			r.pauseMax = max(r.pauseMax, now.Sub(lastAsk)-ask)
			lastAsk, next = now, now.Add(ask)
			for _, address := range r.addresses {
				address.Asked++
				r.wire.ask(address.ip) // A switch without ports drops it; so would it a client's.
			}
			select {
			case line, open := <-commands:
				if !open || line == "quit" {
					r.print("final")
					return nil
				}
				r.obey(line)
			default:
			}
		}
		for r.await(time.Until(next)) {
			if err := r.take(buffer, control); err != nil {
				return err
			}
			if !time.Now().Before(next) {
				break
			}
		}
	}
}

// open makes the socket that hears all ports of the namespace; its filter passes what claims an address, and no more.
func (r *recorder) open() error {
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("packet socket (needs root): %w", err)
	}
	if err := syscall.AttachLsf(fd, claims); err != nil {
		return err
	}
	const receiveBufferForce = 33
	if syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, receiveBufferForce, 16<<20) != nil {
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<20)
	}
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1); err != nil {
		return err
	}
	r.fd = fd
	return syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: swap(syscall.ETH_P_ALL)})
}

// claims: ARP replies, gratuitous ARP (sender and target alike), neighbour advertisements.
var claims = []syscall.SockFilter{
	{Code: 0x28, K: 12},                                  //  0 ldh ether type
	{Code: 0x15, Jt: 0, Jf: 7, K: etherTypeARP},          //  1 else to 9
	{Code: 0x28, K: 20},                                  //  2 ldh operation
	{Code: 0x15, Jt: 11, Jf: 0, K: arpReply},             //  3 to 15
	{Code: 0x20, K: 28},                                  //  4 ld sender
	{Code: 0x07},                                         //  5 tax
	{Code: 0x20, K: 38},                                  //  6 ld target
	{Code: 0x1d, Jt: 7, Jf: 0},                           //  7 alike: to 15
	{Code: 0x06, K: 0},                                   //  8 drop
	{Code: 0x15, Jt: 0, Jf: 4, K: etherTypeIPv6},         //  9 else to 14
	{Code: 0x30, K: 20},                                  // 10 ldb next header
	{Code: 0x15, Jt: 0, Jf: 2, K: icmpv6},                // 11 else to 14
	{Code: 0x30, K: 54},                                  // 12 ldb type
	{Code: 0x15, Jt: 1, Jf: 0, K: neighborAdvertisement}, // 13 to 15
	{Code: 0x06, K: 0},                                   // 14 drop
	{Code: 0x06, K: 0x40000},                             // 15 pass
}

// await tells whether a frame is there before the time is over.
func (r *recorder) await(atMost time.Duration) bool {
	type pollFd struct {
		fd              int32
		events, revents int16
	}
	poll := pollFd{fd: int32(r.fd), events: 1}
	wait := syscall.NsecToTimespec(max(0, atMost.Nanoseconds()))
	n, _, _ := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&poll)), 1, uintptr(unsafe.Pointer(&wait)), 0, 0, 0)
	return int(n) > 0
}

func (r *recorder) take(buffer, control []byte) error {
	n, controlBytes, _, from, err := syscall.Recvmsg(r.fd, buffer, control, 0)
	if err == syscall.EINTR || err == syscall.EAGAIN {
		return nil
	}
	if err != nil {
		return err
	}
	link, ok := from.(*syscall.SockaddrLinklayer)
	if !ok {
		return nil
	}
	address, mac, ok := claim(buffer[:n])
	if !ok {
		return nil
	}
	for _, recorded := range r.addresses {
		if recorded.ip == address {
			r.note(recorded, r.port(link.Ifindex), mac.String(), link.Pkttype != packetOutgoing, arrival(control[:controlBytes]))
		}
	}
	return nil
}

// claim tells which address a frame claims, and for which MAC.
func claim(frame []byte) (netip.Addr, net.HardwareAddr, bool) {
	if packet, ok := parseARP(frame); ok {
		return packet.senderIP, packet.senderMAC, true
	}
	if n, ok := parseNeighbor(frame); ok && n.kind == neighborAdvertisement {
		return n.target, n.linkLayer, true
	}
	return netip.Addr{}, nil, false
}

// note takes one sight of a frame. It comes in by a port first; then it is seen going out of others, or coming in by
// the switch's own, in the same breath of the kernel.
func (r *recorder) note(a *recorded, port, mac string, in bool, atMs float64) {
	if in && port != r.wire.link.Name {
		a.unheard()
		a.last = &pending{port, mac, atMs}
		return
	}
	if a.last == nil || a.last.mac != mac {
		return // Its second port, or a frame of our own.
	}
	last := a.last
	a.last = nil
	for i := len(a.Spells) - 1; i >= 0; i-- {
		s := a.Spells[i]
		if s.Port == last.port && s.MAC == mac && last.atMs-s.ToMs <= milliseconds(r.gap) {
			s.ToMs = last.atMs
			s.Answers++
			return
		}
	}
	a.Spells = append(a.Spells, &spell{last.port, mac, last.atMs, last.atMs, 1})
}

// unheard: the next frame came in before the last one went anywhere.
func (a *recorded) unheard() {
	if a.last == nil {
		return
	}
	if a.Unheard == nil {
		a.Unheard = map[string]int{}
	}
	a.Unheard[a.last.port]++
	a.last = nil
}

// port is the name of an interface; ports do not change while we record.
func (r *recorder) port(index int) string {
	name, known := r.ports[index]
	if !known {
		name = fmt.Sprintf("link-%d", index)
		if link, err := net.InterfaceByIndex(index); err == nil {
			name = link.Name
		}
		r.ports[index] = name
	}
	return name
}

func (r *recorder) obey(line string) {
	if line == "report" {
		r.print("report")
		return
	}
	name, isMark := strings.CutPrefix(line, "mark ")
	if !isMark {
		return
	}
	r.print("window")
	r.name, r.from, r.pauseMax, r.missed = name, time.Now(), 0, 0
	nowMs := float64(r.from.UnixMicro()) / 1000
	for _, a := range r.addresses {
		// A spell that may go on belongs to both windows.
		going := []*spell{}
		for _, s := range a.Spells {
			if nowMs-s.ToMs <= milliseconds(r.gap) {
				going = append(going, s)
			}
		}
		a.Asked, a.Spells, a.Unheard = 0, going, nil
	}
}

func (r *recorder) print(kind string) {
	const statistics = 6 // PACKET_STATISTICS; reading resets it
	var counts [2]uint32
	size := uint32(unsafe.Sizeof(counts))
	syscall.Syscall6(syscall.SYS_GETSOCKOPT, uintptr(r.fd), syscall.SOL_PACKET, statistics,
		uintptr(unsafe.Pointer(&counts)), uintptr(unsafe.Pointer(&size)), 0)
	r.missed += counts[1]
	now := time.Now()
	printJSON(recordWindow{kind, r.name, r.from.UnixMilli(), now.UnixMilli(), milliseconds(r.pauseMax), r.missed, r.addresses})
}

// arrival is the kernel's time of the frame, in ms since 1970.
func arrival(control []byte) float64 {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err == nil {
		for _, message := range messages {
			if message.Header.Level == syscall.SOL_SOCKET && message.Header.Type == syscall.SO_TIMESTAMPNS && len(message.Data) >= 16 {
				seconds := binary.NativeEndian.Uint64(message.Data)
				nanoseconds := binary.NativeEndian.Uint64(message.Data[8:])
				return float64(seconds)*1000 + float64(nanoseconds/1000)/1000
			}
		}
	}
	return float64(time.Now().UnixMicro()) / 1000
}
