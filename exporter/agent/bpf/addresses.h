/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* IPv4 and IPv6 addresses in one representation. */
#pragma once

#include "basics.h"
#include "layout.h"

static __always_inline void put_ipv4(struct address *to, __u32 address)
{
	to->word[0] = 0;
	to->word[1] = 0;
	to->word[2] = bpf_htonl(0xffff);
	to->word[3] = address;
}

static __always_inline void put_ipv6(struct address *to, const struct in6_addr *address)
{
	to->word[0] = address->in6_u.u6_addr32[0];
	to->word[1] = address->in6_u.u6_addr32[1];
	to->word[2] = address->in6_u.u6_addr32[2];
	to->word[3] = address->in6_u.u6_addr32[3];
}

static __always_inline bool is_ipv4(const struct address *address)
{
	return !address->word[0] && !address->word[1] && address->word[2] == bpf_htonl(0xffff);
}

static __always_inline bool is_any(const struct address *address)
{
	return !address->word[0] && !address->word[1] && !address->word[3] &&
	       (!address->word[2] || address->word[2] == bpf_htonl(0xffff));
}

static __always_inline bool is_group(const struct address *address)
{
	__u8 first = address->word[0] & 0xff, ipv4_first = address->word[3] & 0xff;

	return is_ipv4(address) ? ipv4_first >= 224 : first == 0xff;
}
