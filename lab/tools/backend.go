package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tcpDeferAccept: the kernel completes handshakes by itself and hands over a connection when it has
// data. A probe that only connects, thousands of times a second, then costs this process nothing.
const tcpDeferAccept = 9

// backend answers HTTP and UDP with one line: which Pod, on which node, and the client as it sees it.
func backend(args []string) error {
	flags := flag.NewFlagSet("backend", flag.ExitOnError)
	pod := flags.String("pod", "pod", "name to answer with")
	node := flags.String("node", "node", "node to answer with")
	port := flags.Int("port", 8080, "TCP and UDP port")
	listen := flags.String("listen", "::", "addresses to listen on, separated by commas")
	flags.Parse(args)

	line := func(client net.IP) string {
		return fmt.Sprintf("pod=%s node=%s client=%s\n", *pod, *node, client)
	}
	failed := make(chan error)
	for _, address := range strings.Split(*listen, ",") {
		udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(address), Port: *port})
		if err != nil {
			return err
		}
		go echo(udp, line)
		tcp, err := listenDeferred(net.JoinHostPort(address, strconv.Itoa(*port)))
		if err != nil {
			return err
		}
		go func() { failed <- serve(tcp, line) }()
	}
	return <-failed
}

func listenDeferred(address string) (net.Listener, error) {
	config := net.ListenConfig{Control: func(_, _ string, conn syscall.RawConn) error {
		return conn.Control(func(fd uintptr) {
			syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpDeferAccept, 5)
		})
	}}
	return config.Listen(context.Background(), "tcp", address)
}

func serve(listener net.Listener, line func(net.IP) string) error {
	server := &http.Server{
		ReadHeaderTimeout: 5 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			host, _, _ := net.SplitHostPort(r.RemoteAddr)
			fmt.Fprint(w, line(net.ParseIP(host)))
		}),
	}
	return server.Serve(listener)
}

// echo answers every datagram with the line, then the datagram itself.
func echo(conn *net.UDPConn, line func(net.IP) string) {
	buffer := make([]byte, 64*1024)
	for {
		n, from, err := conn.ReadFromUDP(buffer)
		if err != nil {
			return
		}
		conn.WriteToUDP(append([]byte(line(from.IP)), buffer[:n]...), from)
	}
}
