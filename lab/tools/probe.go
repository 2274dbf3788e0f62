package main

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"syscall"
	"time"
	"unsafe"
)

// probe opens a TCP connection to every address at a steady pace and closes it at once; attempts overlap, so
// one that hangs hides no other. What it tells is the longest silence: the longest time between two
// connections that succeeded, by the time they did; one that was made within an interval counts from its beginning, for how
// long its handshake took is none of the address's silence.
//
// One thread, one epoll, no allocation per attempt, so that a silence is the network's and not ours; its own
// longest pause is told as well ("pauseMsMax"). "longestProven" is the longest silence less what the probe was late
// itself meanwhile; "longestLoss" goes by the starts of attempts: from the first that failed to the first after it that
// did not. Connections are closed with a reset (linger 0): no TIME_WAIT.
//
// With -rotate it is a client that rotates over all addresses: each tick is one connection to the next of them, and a window
// says what of those was lost, from the first that failed to the last ("rotation").
//
// Lines on stdin: "mark NAME" prints the window so far and starts a new one, "report" prints it and goes on,
// "quit" (or the end of stdin) prints it and ends. A silence that crosses a mark belongs to the later window.
func probe(args []string) error {
	flags := flag.NewFlagSet("probe", flag.ExitOnError)
	interval := flags.Duration("interval", 5*time.Millisecond, "between two attempts at one address")
	timeout := flags.Duration("timeout", time.Second, "for one attempt")
	port := flags.Int("port", 80, "TCP port")
	rotate := flags.Bool("rotate", false, "each interval one attempt at the next address, instead of one at each")
	notable := flags.Duration("notable", 50*time.Millisecond, "silences from this length on are listed one by one")
	flags.Parse(args)

	addresses, err := parseAddresses(flags.Args())
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	debug.SetGCPercent(-1) // Reports are the only garbage.
	debug.SetMemoryLimit(512 << 20)
	haste()
	raiseFileLimit(len(addresses) * (int(*timeout / *interval) + 10))

	p, err := newProber(addresses, *port, *interval, *timeout, *notable)
	if err != nil {
		return err
	}
	if *rotate {
		p.rotation = &rotation{}
	}
	return p.run(*interval)
}

const silencesMax = 100

type silence struct {
	FromMs int64   `json:"fromMs"`
	ToMs   int64   `json:"toMs"`
	Ms     float64 `json:"ms"`
	Open   bool    `json:"open"` // not over when it was reported
}

// loss is a run of attempts that failed, in order of their starts.
type loss struct {
	FromMs   int64   `json:"fromMs"`
	Ms       float64 `json:"ms"`
	Attempts int     `json:"attempts"`
}

// rotation is what a client that goes round all addresses loses, by the starts of its attempts in this window.
type rotation struct {
	Attempts int     `json:"attempts"` // from the first that failed to the last, both counted
	Lost     int     `json:"lost"`
	Ms       float64 `json:"ms"` // between those two

	next    int
	started []time.Time
	lost    []time.Time // as they failed
}

// target is one address: figures of this window, and the last success of all windows.
type target struct {
	Address        string         `json:"address"`
	Attempts       int            `json:"attempts"`
	OK             int            `json:"ok"`
	Failures       int            `json:"failures"`
	Errors         map[string]int `json:"errors"`
	ConnectMsMax   float64        `json:"connectMsMax"`
	LongestSilence silence        `json:"longestSilence"`
	LongestProven  silence        `json:"longestProven"`
	LongestLoss    loss           `json:"longestLoss"`
	Lost           int            `json:"lost"`   // attempts that failed and began in this window
	OpenMs         float64        `json:"openMs"` // since the last success
	Silences       []silence      `json:"silences"`

	family   int
	sockaddr syscall.Sockaddr
	lastOK   time.Time     // the start of the probe, before the first success
	lateOK   time.Duration // how late the probe had been in all by then
	fates    *fates
}

// fates of one address's attempts, in order of their starts; those that are open hold back what comes after.
type fates struct {
	queue  []fate
	serial uint32 // of the first of the queue
	run    loss
	since  time.Time // start of the first of the run
}

type fate struct {
	start      time.Time
	known, won bool
}

type window struct {
	Kind       string    `json:"kind"` // "window", "report" or "final"
	Name       string    `json:"name"`
	FromMs     int64     `json:"fromMs"`
	ToMs       int64     `json:"toMs"`
	PauseMsMax float64   `json:"pauseMsMax"`
	Addresses  []target  `json:"addresses"`
	Rotation   *rotation `json:"rotation,omitempty"`
}

type attempt struct {
	fd     int
	serial uint32 // tells this attempt from a later one with the same descriptor
	turn   uint32 // of the attempts at its target
	target int
	start  time.Time
	late   time.Duration // how late the probe had been in all by then
}

type prober struct {
	epoll    int
	interval time.Duration
	timeout  time.Duration
	notable  time.Duration
	targets  []target
	byFd     []attempt // the attempt under way on a descriptor; serial 0: none
	queue    []attempt // in order of start, so of their deadlines
	head     int
	serial   uint32
	name     string
	from     time.Time
	pauseMax time.Duration
	late     time.Duration // in all
	rotation *rotation     // nil: every address at every tick
}

func newProber(addresses []netip.Addr, port int, interval, timeout, notable time.Duration) (*prober, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	p := &prober{epoll: epoll, interval: interval, timeout: timeout, notable: notable, name: "start", from: now}
	for _, address := range addresses {
		t := target{Address: address.String(), lastOK: now, Errors: map[string]int{}, fates: &fates{}}
		if address.Is4() {
			t.family, t.sockaddr = syscall.AF_INET, &syscall.SockaddrInet4{Port: port, Addr: address.As4()}
		} else {
			t.family, t.sockaddr = syscall.AF_INET6, &syscall.SockaddrInet6{Port: port, Addr: address.As16()}
		}
		p.targets = append(p.targets, t)
	}
	return p, nil
}

func (p *prober) run(interval time.Duration) error {
	commands := readLines()
	timer, err := startTimer(p.epoll, interval)
	if err != nil {
		return err
	}
	events := make([]syscall.EpollEvent, 1024)
	lastTick := time.Now()
	for {
		n, err := syscall.EpollWait(p.epoll, events, -1)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		now := time.Now()
		tick := slices.ContainsFunc(events[:n], func(event syscall.EpollEvent) bool { return int(event.Fd) == timer })
		if tick {
			// First of all: what we were late by is no silence of what is found finished now.
			late := max(0, now.Sub(lastTick)-interval)
			p.pauseMax = max(p.pauseMax, late)
			p.late += late
			lastTick = now
		}
		for _, event := range events[:n] {
			if int(event.Fd) != timer {
				p.finish(int(event.Fd), now)
			}
		}
		if !tick {
			continue
		}
		var expirations [8]byte
		syscall.Read(timer, expirations[:])
		p.expire(now)
		p.tick(now)
		select {
		case line, open := <-commands:
			if !open || line == "quit" {
				p.print("final", now)
				return nil
			}
			p.obey(line, now)
		default:
		}
	}
}

func (p *prober) obey(line string, now time.Time) {
	if line == "report" {
		p.print("report", now)
		return
	}
	if len(line) > 5 && line[:5] == "mark " {
		p.print("window", now)
		p.name, p.from, p.pauseMax = line[5:], now, 0
		if p.rotation != nil {
			p.rotation = &rotation{next: p.rotation.next}
		}
		for i := range p.targets {
			t := &p.targets[i]
			*t = target{Address: t.Address, family: t.family, sockaddr: t.sockaddr, lastOK: t.lastOK, lateOK: t.lateOK, Errors: map[string]int{}, fates: t.fates}
		}
		return
	}
	fmt.Fprintf(os.Stderr, "probe: unknown command %q: mark NAME, report or quit\n", line)
}

func (p *prober) tick(now time.Time) {
	if p.rotation == nil {
		for i := range p.targets {
			p.begin(i, now)
		}
		return
	}
	p.rotation.started = append(p.rotation.started, now)
	p.begin(p.rotation.next, now)
	p.rotation.next = (p.rotation.next + 1) % len(p.targets)
}

// begin starts one attempt.
func (p *prober) begin(index int, now time.Time) {
	t := &p.targets[index]
	t.Attempts++
	turn := t.fates.begin(now)
	fd, err := syscall.Socket(t.family, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		p.fail(t, turn, err)
		return
	}
	syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1, Linger: 0})
	if err := syscall.Connect(fd, t.sockaddr); err != nil && err != syscall.EINPROGRESS {
		syscall.Close(fd)
		p.fail(t, turn, err)
		return
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLOUT, Fd: int32(fd)}
	if err := syscall.EpollCtl(p.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
		syscall.Close(fd)
		p.fail(t, turn, err)
		return
	}
	p.serial++
	a := attempt{fd: fd, serial: p.serial, turn: turn, target: index, start: now, late: p.late}
	for fd >= len(p.byFd) {
		p.byFd = append(p.byFd, attempt{})
	}
	p.byFd[fd] = a
	p.queue = append(p.queue, a)
}

// finish takes the result of the attempt on a descriptor.
func (p *prober) finish(fd int, now time.Time) {
	a := p.byFd[fd]
	if a.serial == 0 {
		return
	}
	t := &p.targets[a.target]
	code, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
	p.close(a)
	if err == nil && code == 0 {
		p.succeed(t, a, now)
		return
	}
	p.fail(t, a.turn, syscall.Errno(code))
}

// expire gives up the attempts that took too long.
func (p *prober) expire(now time.Time) {
	for p.head < len(p.queue) && now.Sub(p.queue[p.head].start) >= p.timeout {
		a := p.queue[p.head]
		p.head++
		if p.byFd[a.fd].serial != a.serial {
			continue // It ended in time.
		}
		p.close(a)
		p.fail(&p.targets[a.target], a.turn, syscall.ETIMEDOUT)
	}
	if p.head > 1<<14 {
		p.queue = p.queue[:copy(p.queue, p.queue[p.head:])]
		p.head = 0
	}
}

func (p *prober) close(a attempt) {
	p.byFd[a.fd].serial = 0
	syscall.Close(a.fd) // Takes it out of the epoll set, too.
}

func (p *prober) fail(t *target, turn uint32, err error) {
	t.Failures++
	t.Errors[err.Error()]++
	start := t.fates.queue[turn-t.fates.serial].start
	if p.rotation != nil && !start.Before(p.from) {
		p.rotation.lost = append(p.rotation.lost, start)
	}
	t.end(turn, false, p.from)
}

func (f *fates) begin(now time.Time) uint32 {
	f.queue = append(f.queue, fate{start: now})
	return f.serial + uint32(len(f.queue)) - 1
}

// end tells how an attempt ended; runs of losses grow in order of the starts.
func (t *target) end(turn uint32, won bool, from time.Time) {
	f := t.fates
	own := &f.queue[turn-f.serial]
	own.known, own.won = true, won
	if !won && !own.start.Before(from) {
		t.Lost++
	}
	for len(f.queue) > 0 && f.queue[0].known {
		first := f.queue[0]
		f.queue = f.queue[1:]
		f.serial++
		switch {
		case !first.won && f.run.Attempts == 0:
			f.run, f.since = loss{FromMs: first.start.UnixMilli(), Attempts: 1}, first.start
		case !first.won:
			f.run.Attempts++
		}
		f.run.Ms = milliseconds(first.start.Sub(f.since))
		if f.run.Attempts > 0 && f.run.Ms >= t.LongestLoss.Ms {
			t.LongestLoss = f.run
		}
		if first.won {
			f.run = loss{}
		}
	}
}

func (p *prober) succeed(t *target, a attempt, now time.Time) {
	t.OK++
	t.ConnectMsMax = max(t.ConnectMsMax, milliseconds(now.Sub(a.start)))
	at, late := now, p.late
	if now.Sub(a.start) <= p.interval {
		at, late = a.start, a.late
	}
	if at.After(t.lastOK) {
		p.note(t, at, late, false)
		t.lastOK, t.lateOK = at, late
	}
	t.end(a.turn, true, p.from)
}

// note counts a silence that ends now, and how much of it is not our own lateness: whole microseconds, so that a sum is exact.
func (p *prober) note(t *target, now time.Time, late time.Duration, open bool) silence {
	s := p.silenceOf(t, now, open)
	if s.Ms > t.LongestSilence.Ms {
		t.LongestSilence = s
	}
	proven := s
	proven.Ms = milliseconds(max(0, now.Sub(t.lastOK)-(late-t.lateOK)))
	if proven.Ms > t.LongestProven.Ms {
		t.LongestProven = proven
	}
	if s.Ms >= milliseconds(p.notable) && len(t.Silences) < silencesMax {
		t.Silences = append(t.Silences, s)
	}
	return s
}

// print tells the window; a silence that lasts is counted as if it ended now, without being kept.
func (p *prober) print(kind string, now time.Time) {
	w := window{kind, p.name, p.from.UnixMilli(), now.UnixMilli(), milliseconds(p.pauseMax), nil, p.rotation.counted()}
	for i := range p.targets {
		t := p.targets[i]
		t.Silences = append([]silence{}, t.Silences...)
		t.OpenMs = p.note(&t, now, p.late, true).Ms
		w.Addresses = append(w.Addresses, t)
	}
	printJSON(w)
}

func (r *rotation) counted() *rotation {
	if r == nil || len(r.lost) == 0 {
		return r
	}
	first, last := slices.MinFunc(r.lost, time.Time.Compare), slices.MaxFunc(r.lost, time.Time.Compare)
	r.Attempts, r.Lost, r.Ms = 0, len(r.lost), milliseconds(last.Sub(first))
	for _, start := range r.started {
		if !start.Before(first) && !start.After(last) {
			r.Attempts++
		}
	}
	return r
}

func (p *prober) silenceOf(t *target, now time.Time, open bool) silence {
	return silence{t.lastOK.UnixMilli(), now.UnixMilli(), milliseconds(now.Sub(t.lastOK)), open}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// startTimer adds a periodic timer to the epoll set.
func startTimer(epoll int, interval time.Duration) (int, error) {
	const monotonic, nonblock = 1, syscall.SOCK_NONBLOCK
	fd, _, errno := syscall.Syscall(timerfdCreate[runtime.GOARCH], monotonic, nonblock, 0)
	if errno != 0 {
		return 0, errno
	}
	spec := [2]syscall.Timespec{syscall.NsecToTimespec(int64(interval)), syscall.NsecToTimespec(int64(interval))}
	if _, _, errno := syscall.Syscall6(timerfdSettime[runtime.GOARCH], fd, 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0); errno != 0 {
		return 0, errno
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
	return int(fd), syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, int(fd), &event)
}

// The standard library has names for these on one architecture only. Source: the kernel's syscall tables.
var (
	timerfdCreate  = map[string]uintptr{"amd64": 283, "arm64": 85}
	timerfdSettime = map[string]uintptr{"amd64": 286, "arm64": 86}
)

func raiseFileLimit(wanted int) {
	var limit syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	need := uint64(wanted) + 1024
	limit.Cur = max(limit.Cur, need)
	limit.Max = max(limit.Max, need) // As root; else the hard limit stays.
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}
