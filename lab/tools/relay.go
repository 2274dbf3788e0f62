package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"syscall"
)

// The standard library has no name for it. Source: the kernel's syscall tables.
var setnsNumber = map[string]uintptr{"amd64": 308, "arm64": 268}[runtime.GOARCH]

// relay listens inside a network namespace and connects outside of it, where it was started.
// That is how the nodes of a lab reach the API server, which is on loopback of the machine.
func relay(args []string) error {
	flags := flag.NewFlagSet("relay", flag.ExitOnError)
	namespace := flags.String("netns", "", "name of the namespace to listen in")
	listen := flags.String("listen", "", "address:port to listen on")
	to := flags.String("to", "", "address:port to connect to")
	flags.Parse(args)

	listener, err := listenIn(*namespace, *listen)
	if err != nil {
		return err
	}
	for {
		inner, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			outer, err := net.Dial("tcp", *to)
			if err != nil {
				inner.(*net.TCPConn).SetLinger(0) // A refused connection is refused there too.
				inner.Close()
				return
			}
			go pipe(inner, outer)
			pipe(outer, inner)
		}()
	}
}

// listenIn makes the socket in a thread that has entered the namespace; the thread ends with the goroutine.
func listenIn(namespace, address string) (net.Listener, error) {
	type result struct {
		listener net.Listener
		err      error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // Never unlocked: nobody else may run in this thread.
		file, err := os.Open("/run/netns/" + namespace)
		if err != nil {
			done <- result{nil, err}
			return
		}
		defer file.Close()
		if _, _, errno := syscall.Syscall(setnsNumber, file.Fd(), syscall.CLONE_NEWNET, 0); errno != 0 {
			done <- result{nil, fmt.Errorf("cannot enter %s: %w", namespace, errno)}
			return
		}
		listener, err := net.Listen("tcp", address)
		done <- result{listener, err}
	}()
	made := <-done
	return made.listener, made.err
}

// pipe copies until the end of either side, then closes both.
func pipe(to, from net.Conn) {
	io.Copy(to, from)
	to.Close()
	from.Close()
}
