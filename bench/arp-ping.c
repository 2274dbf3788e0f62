/*
 * Sends ARP requests for several addresses in turn and measures how long each answer takes.
 *
 *   arp-ping INTERFACE COUNT SPACING_US ADDRESS...
 *
 * Prints one line per answer: the address and nanoseconds; -1 where none came within a second. The spacing is
 * random around its mean, so that it beats with no timer of the answering side.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct frame {
  struct ether_header ethernet;
  struct ether_arp arp;
} __attribute__((packed));

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Waits for the reply that names the address. */
static long long answer(int fd, in_addr_t address, long long sent) {
  struct pollfd waiting = {fd, POLLIN, 0};
  struct frame heard;
  for (;;) {
    long long left = 1000000000LL - (now() - sent);
    if (left <= 0 || poll(&waiting, 1, left / 1000000 + 1) <= 0) return -1;
    if (recv(fd, &heard, sizeof heard, 0) < (ssize_t)sizeof heard) continue;
    if (heard.arp.ea_hdr.ar_op == htons(ARPOP_REPLY) && memcmp(heard.arp.arp_spa, &address, 4) == 0)
      return now() - sent;
  }
}

int main(int count, char **argument) {
  if (count < 5) return 2;
  int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ARP));
  struct ifreq request = {0};
  strncpy(request.ifr_name, argument[1], IFNAMSIZ - 1);
  if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request) < 0) return 1;
  struct frame frame = {.ethernet.ether_type = htons(ETHERTYPE_ARP),
                        .arp.ea_hdr = {htons(ARPHRD_ETHER), htons(ETHERTYPE_IP), 6, 4, htons(ARPOP_REQUEST)}};
  memset(frame.ethernet.ether_dhost, 0xff, 6);
  memcpy(frame.ethernet.ether_shost, request.ifr_hwaddr.sa_data, 6);
  memcpy(frame.arp.arp_sha, request.ifr_hwaddr.sa_data, 6);
  in_addr_t ours = inet_addr("192.0.2.1");
  memcpy(frame.arp.arp_spa, &ours, 4);
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP),
                           .sll_ifindex = if_nametoindex(argument[1])};
  if (bind(fd, (struct sockaddr *)&to, sizeof to) < 0) return 1;
  int spacing = atoi(argument[3]);
  for (int i = 0; i < atoi(argument[2]); i++) {
    for (int which = 4; which < count; which++) {
      usleep(spacing / 2 + rand() % (spacing + 1));
      in_addr_t address = inet_addr(argument[which]);
      memcpy(frame.arp.arp_tpa, &address, 4);
      long long sent = now();
      if (sendto(fd, &frame, sizeof frame, 0, (struct sockaddr *)&to, sizeof to) < 0) return 1;
      printf("%s %lld\n", argument[which], answer(fd, address, sent));
    }
  }
}
