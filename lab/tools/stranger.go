package main

import (
	"flag"
	"net"
	"net/netip"
	"time"
)

// stranger answers ARP and Neighbor Discovery for addresses that belong to others, with the MAC of its
// interface, until it is ended: what a host with a wrongly configured address does.
func stranger(args []string) error {
	flags := flag.NewFlagSet("stranger", flag.ExitOnError)
	name := flags.String("interface", "eth0", "where to answer")
	announce := flags.Duration("announce", 0, "also announce the addresses unasked, this often")
	flags.Parse(args)

	addresses, err := parseAddresses(flags.Args())
	if err != nil {
		return err
	}
	wire, err := openSegment(*name, true)
	if err != nil {
		return err
	}
	claimed := map[netip.Addr]bool{}
	for _, address := range addresses {
		claimed[address] = true
	}
	if *announce > 0 {
		go func() {
			for {
				for _, address := range addresses {
					wire.send(announcement(address, wire.link.HardwareAddr))
				}
				time.Sleep(*announce)
			}
		}()
	}
	buffer := make([]byte, 65536)
	for {
		frame, err := wire.receive(buffer)
		if err != nil {
			continue // The link may be down for a while.
		}
		if reply := replyTo(frame, claimed, wire.link.HardwareAddr); reply != nil {
			wire.send(reply)
		}
	}
}

func replyTo(frame []byte, claimed map[netip.Addr]bool, mac net.HardwareAddr) []byte {
	if arp, ok := parseARP(frame); ok && arp.operation == arpRequest && claimed[arp.targetIP] {
		return arpPacket{arpReply, mac, arp.targetIP, arp.senderIP}.frame(arp.senderMAC, arp.senderMAC)
	}
	ns, ok := parseNeighbor(frame)
	if !ok || ns.kind != neighborSolicitation || !claimed[ns.target] {
		return nil
	}
	if ns.source.IsUnspecified() { // RFC 4861 section 7.2.4: to all nodes, S clear
		return announcement(ns.target, mac)
	}
	return neighborFrame(ns.ethernetFrom, mac, neighborAdvertisement, flagSolicitedOverride, ns.target, ns.source, ns.target)
}

// announcement is a gratuitous ARP request, or an unsolicited Neighbor Advertisement.
func announcement(address netip.Addr, mac net.HardwareAddr) []byte {
	if address.Is4() {
		return arpPacket{arpRequest, mac, address, address}.frame(broadcast, make(net.HardwareAddr, 6))
	}
	return neighborFrame(allNodesMAC, mac, neighborAdvertisement, flagOverride, address, allNodes, address)
}
