/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* TCP listeners. */
#pragma once

#include "basics.h"
#include "layout.h"

/*
 * The process that listens, which is recorded as that of the connections that the listener accepts. A manager may have
 * opened the listener for a service (socket activation), and never accept. The kernel does not show who accepts, but
 * the service is seen to hold and to close its connections. User space decides whether it holds the listener, too.
 */
struct listener {
	struct process_key process;
	__u32 exec;     /* of this process, see `exec_of` */
	__u32 acceptor; /* of the last program that had a connection and is not this process; 0: none yet */
};

/* By the address of its socket. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct listener);
} musubi_listeners SEC(".maps");

static __always_inline void note_listener(__u64 address, const struct edge_key *key, __u32 exec)
{
	struct listener listener = { .process = { .pid = key->pid, .image = key->image }, .exec = exec };
	struct listener *known = bpf_map_lookup_elem(&musubi_listeners, &address);

	if (known && known->exec == exec)
		listener.acceptor = known->acceptor;
	bpf_map_update_elem(&musubi_listeners, &address, &listener, BPF_ANY);
}

/* A process of this program has a connection that was accepted through the listener. */
static __always_inline void note_acceptor(__u64 address, __u32 exec)
{
	struct listener *listener = bpf_map_lookup_elem(&musubi_listeners, &address);

	if (listener && listener->exec != exec && listener->acceptor != exec)
		listener->acceptor = exec;
}
