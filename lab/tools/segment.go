package main

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// segment is one interface seen as a wire: frames in, frames out.
type segment struct {
	link *net.Interface
	fd   int
	ipv4 netip.Addr // our own, to ask from; the unspecified address where there is none
	ipv6 netip.Addr
}

const (
	packetOutgoing      = 4
	packetAddMembership = 1
	packetPromiscuous   = 1
)

func openSegment(name string, promiscuous bool) (*segment, error) {
	link, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("interface %q: %w", name, err)
	}
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("packet socket (needs root): %w", err)
	}
	syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<20)
	address := &syscall.SockaddrLinklayer{Protocol: swap(syscall.ETH_P_ALL), Ifindex: link.Index}
	if err := syscall.Bind(fd, address); err != nil {
		return nil, err
	}
	if promiscuous {
		request := []byte{byte(link.Index), byte(link.Index >> 8), byte(link.Index >> 16), 0, packetPromiscuous, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
		if err := syscall.SetsockoptString(fd, syscall.SOL_PACKET, packetAddMembership, string(request)); err != nil {
			return nil, err
		}
	}
	s := &segment{link: link, fd: fd, ipv4: netip.IPv4Unspecified(), ipv6: netip.IPv6Unspecified()}
	return s, s.learnAddresses()
}

func (s *segment) learnAddresses() error {
	addresses, err := s.link.Addrs()
	if err != nil {
		return err
	}
	for _, address := range addresses {
		prefix, err := netip.ParsePrefix(address.String())
		if err != nil {
			continue
		}
		ip := prefix.Addr()
		switch {
		case ip.Is4() && s.ipv4.IsUnspecified():
			s.ipv4 = ip
		case ip.Is6() && (s.ipv6.IsUnspecified() || s.ipv6.IsLinkLocalUnicast()):
			s.ipv6 = ip // A global one is better than the link-local one.
		}
	}
	return nil
}

func (s *segment) send(frame []byte) error {
	return syscall.Sendto(s.fd, frame, 0, &syscall.SockaddrLinklayer{Ifindex: s.link.Index})
}

// receive returns the next frame of others; the buffer is reused.
func (s *segment) receive(buffer []byte) ([]byte, error) {
	for {
		n, from, err := syscall.Recvfrom(s.fd, buffer, 0)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		if linkLayer, ok := from.(*syscall.SockaddrLinklayer); ok && linkLayer.Pkttype == packetOutgoing {
			continue
		}
		return buffer[:n], nil
	}
}

// ask sends who-has, or a Neighbor Solicitation, for one address.
func (s *segment) ask(address netip.Addr) error {
	if address.Is4() {
		packet := arpPacket{arpRequest, s.link.HardwareAddr, s.ipv4, address}
		return s.send(packet.frame(broadcast, make(net.HardwareAddr, 6)))
	}
	group, groupMAC := solicitedNode(address)
	return s.send(neighborFrame(groupMAC, s.link.HardwareAddr, neighborSolicitation, 0, s.ipv6, group, address))
}

// swap turns a number from host order to network order, as sockaddr_ll wants it.
func swap(n uint16) uint16 { return n<<8 | n>>8 }

func parseAddresses(texts []string) ([]netip.Addr, error) {
	if len(texts) == 0 {
		return nil, fmt.Errorf("name at least one address")
	}
	addresses := make([]netip.Addr, len(texts))
	for i, text := range texts {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return nil, err
		}
		addresses[i] = address
	}
	return addresses, nil
}
