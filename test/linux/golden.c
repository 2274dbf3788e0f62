/*
 * Prints what the C headers of Linux make of the structures that src/linux writes and reads by hand:
 * one "name hex" per line. golden.test.ts compiles and runs this, and compares it with golden.ts.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void print(const char *name, const void *value, size_t size) {
  printf("%s ", name);
  for (size_t i = 0; i < size; i++) printf("%02x", ((const unsigned char *)value)[i]);
  printf("\n");
}

static void addresses(void) {
  struct sockaddr_ll bound = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = 258};
  print("sockaddrLl", &bound, sizeof bound);
  struct sockaddr_ll heard = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = 258,
                              .sll_hatype = ARPHRD_ETHER, .sll_pkttype = PACKET_BROADCAST, .sll_halen = 6};
  print("sockaddrLlHeard", &heard, sizeof heard);
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(7946)};
  inet_pton(AF_INET, "192.0.2.1", &in.sin_addr);
  print("sockaddrIn", &in, sizeof in);
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(7946), .sin6_scope_id = 258};
  inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
  print("sockaddrIn6", &in6, sizeof in6);
  struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
  print("sockaddrNl", &nl, sizeof nl);
  struct sockaddr_nl stranger = {.nl_family = AF_NETLINK, .nl_pid = 4711};
  print("sockaddrNlStranger", &stranger, sizeof stranger);
  struct ipv6_mreq mreq = {.ipv6mr_interface = 258};
  inet_pton(AF_INET6, "ff02::1:ff00:1", &mreq.ipv6mr_multiaddr);
  print("ipv6Mreq", &mreq, sizeof mreq);
}

/* As if the table lay at 0x10000: headers first, then vectors. */
static void messages(void) {
  struct { struct mmsghdr headers[2]; struct iovec vectors[2]; } table;
  memset(&table, 0, sizeof table);
  for (int i = 0; i < 2; i++) {
    size_t vector = 0x10000 + sizeof table.headers + i * sizeof(struct iovec);
    table.headers[i].msg_hdr.msg_iov = (struct iovec *)vector;
    table.headers[i].msg_hdr.msg_iovlen = 1;
  }
  table.headers[1].msg_hdr.msg_name = (void *)0x0102030405060708;
  table.headers[1].msg_hdr.msg_namelen = 28;
  table.vectors[1].iov_base = (void *)0x1112131415161718;
  table.vectors[1].iov_len = 258;
  print("messageTable", &table, sizeof table);
  table.headers[1].msg_hdr.msg_flags = MSG_TRUNC;
  table.headers[1].msg_len = 2049;
  print("messageTableReceived", &table, sizeof table);
  table.headers[0].msg_hdr.msg_control = (void *)0x2122232425262728;
  table.headers[0].msg_hdr.msg_controllen = 128;
  print("messageTableControl", &table, sizeof table);
}

static void control(void) {
  char room[256] = {0};
  struct msghdr four = {.msg_control = room, .msg_controllen = CMSG_SPACE(4) + CMSG_SPACE(sizeof(struct in_pktinfo))};
  struct cmsghdr *one = CMSG_FIRSTHDR(&four);
  *one = (struct cmsghdr){CMSG_LEN(4), IPPROTO_IP, IP_TTL};
  *(int *)CMSG_DATA(one) = 255;
  one = CMSG_NXTHDR(&four, one);
  *one = (struct cmsghdr){CMSG_LEN(sizeof(struct in_pktinfo)), IPPROTO_IP, IP_PKTINFO};
  struct in_pktinfo info = {.ipi_ifindex = 258};
  inet_pton(AF_INET, "192.0.2.1", &info.ipi_addr);
  inet_pton(AF_INET, "192.0.2.2", &info.ipi_spec_dst);
  memcpy(CMSG_DATA(one), &info, sizeof info);
  print("controlIpv4", room, four.msg_controllen);
  memset(room, 0, sizeof room);
  struct msghdr six = {.msg_control = room, .msg_controllen = CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(4)};
  one = CMSG_FIRSTHDR(&six);
  *one = (struct cmsghdr){CMSG_LEN(sizeof(struct in6_pktinfo)), IPPROTO_IPV6, IPV6_PKTINFO};
  struct in6_pktinfo info6 = {.ipi6_ifindex = 258};
  inet_pton(AF_INET6, "fe80::1", &info6.ipi6_addr);
  memcpy(CMSG_DATA(one), &info6, sizeof info6);
  one = CMSG_NXTHDR(&six, one);
  *one = (struct cmsghdr){CMSG_LEN(4), IPPROTO_IPV6, IPV6_HOPLIMIT};
  *(int *)CMSG_DATA(one) = 254;
  print("controlIpv6", room, six.msg_controllen);
}

#define LOAD(size, offset) BPF_STMT(BPF_LD | size | BPF_ABS, offset)
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(bytes) BPF_STMT(BPF_RET | BPF_K, bytes)
#define TO_US(drop) \
  LOAD(BPF_W, SKF_AD_OFF + SKF_AD_PKTTYPE), EQUAL(PACKET_HOST, 2, 0), EQUAL(PACKET_BROADCAST, 1, 0), \
  EQUAL(PACKET_MULTICAST, 0, drop - 4), LOAD(BPF_W, SKF_AD_OFF + SKF_AD_HATYPE), EQUAL(ARPHRD_ETHER, 0, drop - 6)

static void filters(void) {
  struct sock_filter arp[] = {
    TO_US(18),
    LOAD(BPF_H, 12), EQUAL(ETH_P_ARP, 0, 10),
    LOAD(BPF_H, 14), EQUAL(ARPHRD_ETHER, 0, 8),
    LOAD(BPF_H, 16), EQUAL(ETH_P_IP, 0, 6),
    LOAD(BPF_H, 18), EQUAL(0x0604, 0, 4),
    LOAD(BPF_H, 20), EQUAL(ARPOP_REQUEST, 1, 0), EQUAL(ARPOP_REPLY, 0, 1),
    RETURN(0x40000), RETURN(0),
  };
  print("arpFilter", arp, sizeof arp);
  struct sock_filter neighbor[] = {
    TO_US(16),
    LOAD(BPF_H, 12), EQUAL(ETH_P_IPV6, 0, 8),
    LOAD(BPF_B, 20), EQUAL(IPPROTO_ICMPV6, 0, 6),
    LOAD(BPF_B, 21), EQUAL(255, 0, 4),
    LOAD(BPF_B, 54), EQUAL(135, 1, 0), EQUAL(136, 0, 1),
    RETURN(0x40000), RETURN(0),
  };
  print("neighborSolicitationFilter", neighbor, sizeof neighbor);
}

static void netlink(void) {
  struct { struct nlmsghdr header; struct ifinfomsg link; struct rtattr mask; __u32 value; } links = {
    {sizeof links, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 7, 0}, {.ifi_family = AF_UNSPEC},
    {RTA_LENGTH(4), IFLA_EXT_MASK}, RTEXT_FILTER_SKIP_STATS};
  print("dumpLinks", &links, sizeof links);
  struct { struct nlmsghdr header; struct ifaddrmsg address; } addresses = {
    {sizeof addresses, RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 0xfffffffe, 0}, {.ifa_family = AF_UNSPEC}};
  print("dumpAddresses", &addresses, sizeof addresses);
  struct { struct nlmsghdr header; struct nlmsgerr error; } busy = {
    {sizeof busy, NLMSG_ERROR, 0, 7, 0}, {.error = -EBUSY, .msg = {48, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 7, 0}}};
  print("errorBusy", &busy, sizeof busy);
  struct { struct nlmsghdr header; int error; } done = {{sizeof done, NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, 7, 0}, 0};
  print("doneInterrupted", &done, sizeof done);
  done.error = -ENOMEM;
  print("doneFailed", &done, sizeof done);
  struct nlmsghdr overrun = {sizeof overrun, NLMSG_OVERRUN, 0, 0, 0};
  print("overrun", &overrun, sizeof overrun);
  struct { struct nlmsghdr header; struct ifaddrmsg address; struct rtattr local; struct in6_addr ip;
           struct rtattr flags; __u32 value; } address = {
    {sizeof address, RTM_NEWADDR, 0, 0, 0}, {AF_INET6, 64, 0, RT_SCOPE_LINK, 258},
    {RTA_LENGTH(16), IFA_ADDRESS}, {{{0xfe, 0x80, [15] = 1}}}, {RTA_LENGTH(4), IFA_FLAGS},
    IFA_F_TENTATIVE | IFA_F_OPTIMISTIC};
  print("addressOptimistic", &address, sizeof address);
  address.value = IFA_F_PERMANENT | IFA_F_DADFAILED;
  print("addressDuplicate", &address, sizeof address);
  address.value = IFA_F_PERMANENT;
  print("addressLinkLocal", &address, sizeof address);
}

int main(void) {
  addresses();
  messages();
  control();
  filters();
  netlink();
}
