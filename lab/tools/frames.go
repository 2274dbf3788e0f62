package main

import (
	"encoding/binary"
	"net"
	"net/netip"
)

// ARP (RFC 826) and Neighbor Discovery (RFC 4861) frames, as few as the observers need.

const (
	etherTypeARP  = 0x0806
	etherTypeIPv6 = 0x86dd

	arpRequest = 1
	arpReply   = 2

	icmpv6                 = 58
	neighborSolicitation   = 135
	neighborAdvertisement  = 136
	optionSourceLinkLayer  = 1
	optionTargetLinkLayer  = 2
	flagSolicitedOverride  = 0x60 // RFC 4861 section 4.4: S and O
	flagOverride           = 0x20
	neighborDiscoveryBytes = 32 // header of 24 and one link-layer option of 8
)

var broadcast = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

func ethernet(to, from net.HardwareAddr, etherType uint16, payload []byte) []byte {
	frame := make([]byte, 0, 14+len(payload))
	frame = append(frame, to...)
	frame = append(frame, from...)
	frame = binary.BigEndian.AppendUint16(frame, etherType)
	return append(frame, payload...)
}

type arpPacket struct {
	operation          uint16
	senderMAC          net.HardwareAddr
	senderIP, targetIP netip.Addr
}

func (p arpPacket) frame(to, targetMAC net.HardwareAddr) []byte {
	body := []byte{0, 1, 0x08, 0x00, 6, 4, 0, byte(p.operation)}
	body = append(body, p.senderMAC...)
	body = append(body, p.senderIP.AsSlice()...)
	body = append(body, targetMAC...)
	body = append(body, p.targetIP.AsSlice()...)
	return ethernet(to, p.senderMAC, etherTypeARP, body)
}

func parseARP(frame []byte) (arpPacket, bool) {
	if len(frame) < 42 || binary.BigEndian.Uint16(frame[12:]) != etherTypeARP {
		return arpPacket{}, false
	}
	sender, _ := netip.AddrFromSlice(frame[28:32])
	target, _ := netip.AddrFromSlice(frame[38:42])
	return arpPacket{
		operation: binary.BigEndian.Uint16(frame[20:]),
		senderMAC: net.HardwareAddr(frame[22:28]),
		senderIP:  sender,
		targetIP:  target,
	}, true
}

// neighbor is a solicitation or an advertisement.
type neighbor struct {
	kind         byte
	flags        byte
	source       netip.Addr
	target       netip.Addr
	linkLayer    net.HardwareAddr // of the option, else of the Ethernet header
	ethernetFrom net.HardwareAddr
}

func parseNeighbor(frame []byte) (neighbor, bool) {
	if len(frame) < 14+40+24 || binary.BigEndian.Uint16(frame[12:]) != etherTypeIPv6 || frame[20] != icmpv6 {
		return neighbor{}, false
	}
	message := frame[54:]
	if message[0] != neighborSolicitation && message[0] != neighborAdvertisement {
		return neighbor{}, false
	}
	source, _ := netip.AddrFromSlice(frame[22:38])
	target, _ := netip.AddrFromSlice(message[8:24])
	from := net.HardwareAddr(frame[6:12])
	n := neighbor{kind: message[0], flags: message[4], source: source, target: target, linkLayer: from, ethernetFrom: from}
	if len(message) >= neighborDiscoveryBytes && message[25] == 1 &&
		(message[24] == optionSourceLinkLayer || message[24] == optionTargetLinkLayer) {
		n.linkLayer = net.HardwareAddr(message[26:32])
	}
	return n, true
}

// neighborFrame builds either message with its link-layer option.
func neighborFrame(to, from net.HardwareAddr, kind, flags byte, source, destination, target netip.Addr) []byte {
	option := byte(optionSourceLinkLayer)
	if kind == neighborAdvertisement {
		option = optionTargetLinkLayer
	}
	message := []byte{kind, 0, 0, 0, flags, 0, 0, 0}
	message = append(message, target.AsSlice()...)
	message = append(message, option, 1)
	message = append(message, from...)
	binary.BigEndian.PutUint16(message[2:], checksum(source, destination, message))

	packet := []byte{0x60, 0, 0, 0, 0, neighborDiscoveryBytes, icmpv6, 255}
	packet = append(packet, source.AsSlice()...)
	packet = append(packet, destination.AsSlice()...)
	return ethernet(to, from, etherTypeIPv6, append(packet, message...))
}

// checksum of RFC 8200 section 8.1, over the pseudo-header and the message.
func checksum(source, destination netip.Addr, message []byte) uint16 {
	data := append(source.AsSlice(), destination.AsSlice()...)
	data = append(data, 0, 0, 0, byte(len(message)), 0, 0, 0, icmpv6)
	data = append(data, message...)
	sum := uint32(0)
	for i := 0; i+1 < len(data); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(data[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// solicitedNode is the multicast group of RFC 4291 section 2.7.1 and its Ethernet address (RFC 2464 section 7).
func solicitedNode(target netip.Addr) (netip.Addr, net.HardwareAddr) {
	last := target.As16()
	group := netip.AddrFrom16([16]byte{0xff, 2, 11: 1, 12: 0xff, 13: last[13], 14: last[14], 15: last[15]})
	return group, net.HardwareAddr{0x33, 0x33, 0xff, last[13], last[14], last[15]}
}

var (
	allNodes    = netip.MustParseAddr("ff02::1")
	allNodesMAC = net.HardwareAddr{0x33, 0x33, 0, 0, 0, 1}
)
