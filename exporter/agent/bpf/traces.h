/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A log of single connections, in which the oldest traces are overwritten. Where addresses are translated (NAT),
 * connections of one edge may have different remote endpoints: user space matches a trace with a translation by the
 * addresses and ports of the connection, and gets from it the edge on which the connection is counted.
 *
 * A trace is written before its connection is counted, so user space finds the traces of all that it reads as counted.
 */
#pragma once

#include "conns.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TRACE_BLOCKS);
	__type(key, __u32);
	__type(value, struct trace_block);
} musubi_traces SEC(".maps");

/* Connection tracking registers these hooks in each network namespace in which it is active. */
static __always_inline bool has_hooks(const struct net *net)
{
	return !bpf_core_field_exists(net->nf) || net->nf.hooks_ipv4[NF_INET_LOCAL_OUT] ||
	       net->nf.hooks_ipv6[NF_INET_LOCAL_OUT];
}

/*
 * Called for each socket in a scan, and for each new TCP connection before it is traced. Connections of one network
 * namespace may be translated in another: once hooks are found in any of them, all connections are traced from then on.
 */
static __always_inline void note_hooks(struct sock *sk)
{
	struct health *health = lookup_first(&musubi_health);

	if (health && !health->hooked && has_hooks(sk->__sk_common.skc_net.net))
		health->hooked = 1;
}

/* The slot of a new trace, and its number; none if connections are not traced. */
static __always_inline struct trace *next_trace(__u64 *number)
{
	struct control *control = lookup_first(&musubi_control);
	struct health *health = lookup_first(&musubi_health);
	struct trace_block *block;
	__u32 index;

	if (!health || !control || control->untraced)
		return NULL;
	/* Until the older connections are recorded, sockets whose namespace has hooks may still follow. */
	if (!health->hooked && control->scan > FIRST_SCANS)
		return NULL;
	*number = __sync_fetch_and_add(&health->traces, 1) + 1;
	index = *number / TRACES_PER_BLOCK & (TRACE_BLOCKS - 1);
	block = bpf_map_lookup_elem(&musubi_traces, &index);
	return block ? &block->traces[*number & (TRACES_PER_BLOCK - 1)] : NULL;
}

/* Makes a trace visible. No full barrier, which would wait for memory: the connection is counted by an atomic add next.
 */
static __always_inline void publish_trace(struct trace *trace, __u64 number)
{
	barrier();
	*(volatile __u32 *)&trace->number = number;
}

/* Returns the number of the trace; 0 if it could not be written. */
static __always_inline __u32 trace_begun(const struct edge_key *key, __u16 local_port, __u16 peer_port, __u8 state,
					 __u8 failure, bool counted)
{
	__u64 number;
	struct trace *trace = next_trace(&number);

	if (!trace)
		return 0;
	trace->connection = number;
	trace->local = key->local;
	trace->remote = key->remote;
	trace->local_port = local_port;
	trace->peer_port = peer_port;
	trace->netns = key->netns;
	trace->pid = key->pid;
	trace->image = key->image;
	trace->transport = key->transport;
	trace->direction = key->direction;
	trace->state = state;
	trace->failure = failure;
	trace->counted = counted;
	trace->folded = key->folded;
	publish_trace(trace, number);
	return number;
}

static __always_inline void trace_open(struct conn *conn, bool counted)
{
	conn->trace = trace_begun(&conn->key, conn->local_port, conn->peer_port, TRACE_OPEN, 0, counted);
}

static __always_inline void trace_closed(const struct conn *conn)
{
	__u64 number;
	struct trace *trace = conn->trace ? next_trace(&number) : NULL;

	if (!trace)
		return;
	trace->connection = conn->trace;
	trace->state = TRACE_CLOSED;
	publish_trace(trace, number);
}
