/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* State of a TCP connection until a second scan has seen it. */
#pragma once

#include "conns.h"

/*
 * Allocating and freeing socket storage costs the kernel more than everything else this program does for a connection.
 * So a new connection uses a slot of a table, indexed by the socket's address, and is promoted to socket storage when a
 * scan sees it for the second time. If both of its slots are in use, it gets socket storage from the start.
 *
 * A cache line written by one CPU stalls the next CPU that reads it, and the process that closes a connection
 * usually runs on another CPU than the softirqs of its packets. So the close event avoids writing to the slot.
 */
struct short_conn {
	__u64 owner; /* address of the socket, with flags in the low bits; 0: free */
	__u64 initiated_at;
	__u64 transmitted;
	__u64 received;
	__u32 retransmits;
	__u32 trace;
	__u32 pid;
	__u32 image;
	__u16 local_port; /* the socket has none after close */
	__u8 stage;
	__u8 open;
	__u8 direction;
	__u8 folded;
	__u16 pad;
	__u64 scanned_at; /* ns since boot */
};

enum { SHORT_CONNS = 2048 };

enum {
	SLOT_SCANNED = 1, /* seen by a scan, may be promoted */
	SLOT_CLOSING = 2, /* closing, must not be promoted */
};

/* A mmapable array is page-aligned, so each slot is exactly one cache line. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SHORT_CONNS);
	__type(key, __u32);
	__type(value, struct short_conn);
} musubi_short_conns SEC(".maps");

/* Each address has two adjacent slots. */
static __always_inline struct short_conn *slot_of(__u64 address, __u32 way)
{
	__u32 index = (address * 0x9e3779b97f4a7c15ull >> 32 ^ way) & (SHORT_CONNS - 1);

	return bpf_map_lookup_elem(&musubi_short_conns, &index);
}

static __always_inline bool is_slot_of(struct short_conn *entry, __u64 address)
{
	return entry && (entry->owner & ~3ull) == address;
}

static __always_inline struct short_conn *short_conn_of(__u64 address)
{
	struct short_conn *entry = slot_of(address, 0);

	if (is_slot_of(entry, address))
		return entry;
	entry = slot_of(address, 1);
	return is_slot_of(entry, address) ? entry : NULL;
}

static __always_inline bool claim(struct short_conn *entry, __u64 address)
{
	return entry && !entry->owner && __sync_val_compare_and_swap(&entry->owner, 0, address) == 0;
}

static __always_inline struct short_conn *claim_slot(__u64 address)
{
	struct short_conn *entry = slot_of(address, 0);

	if (claim(entry, address))
		return entry;
	entry = slot_of(address, 1);
	return claim(entry, address) ? entry : NULL;
}

/* Events of one socket never run concurrently, but a scan may promote it at the same time. */
static __always_inline bool swap_slot(struct short_conn *entry, __u64 from, __u64 to)
{
	return __sync_val_compare_and_swap(&entry->owner, from, to) == from;
}

/* The state in the slot, completed from the socket. */
static __always_inline void load_conn(struct conn *conn, const struct short_conn *entry, struct sock *sk)
{
	struct conn loaded = { .stage = entry->stage, .open = entry->open, .initiated_at = entry->initiated_at };

	loaded.transmitted = entry->transmitted;
	loaded.received = entry->received;
	loaded.retransmits = entry->retransmits;
	loaded.key.transport = IPPROTO_TCP;
	loaded.key.pid = entry->pid;
	loaded.key.image = entry->image;
	loaded.key.direction = entry->direction;
	loaded.key.folded = entry->folded;
	put_endpoints(&loaded.key, sk);
	put_ports(&loaded, sk);
	if (entry->local_port)
		loaded.local_port = entry->local_port;
	if (entry->direction == INBOUND)
		loaded.key.port = loaded.local_port;
	loaded.trace = entry->trace;
	*conn = loaded;
}

static __always_inline void store_conn(struct short_conn *entry, const struct conn *conn)
{
	entry->transmitted = conn->transmitted;
	entry->received = conn->received;
	entry->retransmits = conn->retransmits;
	entry->stage = conn->stage;
	entry->open = conn->open;
	entry->local_port = conn->local_port;
	entry->direction = conn->key.direction;
	entry->folded = conn->key.folded;
	entry->trace = conn->trace;
}

/* Stores the initial state of a new connection. */
static __always_inline void open_conn(struct sock *sk, enum stage stage, __u64 initiated_at,
				      const struct process_key *process)
{
	__u64 address = address_of(sk);
	struct short_conn *entry = short_conn_of(address);
	struct conn *conn = entry ? NULL : storage_of(sk);

	if (!entry && !conn)
		entry = claim_slot(address);
	if (entry) {
		/*
		 * The slot may belong to a former socket at the same address whose close event was missed, see
		 * `close_conn`.
		 */
		entry->owner = address;
		entry->initiated_at = initiated_at;
		entry->transmitted = 0;
		entry->received = 0;
		entry->retransmits = 0;
		entry->pid = process->pid;
		entry->image = process->image;
		entry->local_port = 0;
		entry->stage = stage;
		entry->open = NOT_COUNTED;
		entry->direction = 0;
		entry->folded = 0;
		entry->trace = 0;
		return;
	}
	if (!conn)
		conn = create_storage(sk, NULL);
	if (conn) {
		struct conn fresh = { .stage = stage, .initiated_at = initiated_at };

		fresh.key.transport = IPPROTO_TCP;
		fresh.key.pid = process->pid;
		fresh.key.image = process->image;
		*conn = fresh; /* a socket may connect again after a failure */
	}
}

/*
 * Moves an open connection to socket storage. A scan marked it at least a second ago, so an event that did not see the
 * mark has finished. A socket is in an open state only after the event of that transition has run, and its next event
 * closes it. Whichever swaps the slot first wins.
 */
static __always_inline struct conn *promote_to_storage(struct short_conn *entry, struct sock *sk, __u64 address)
{
	struct conn *conn = create_storage(sk, NULL);

	if (!conn)
		return NULL;
	load_conn(conn, entry, sk);
	if (swap_slot(entry, address | SLOT_SCANNED, 0))
		return conn;
	conn->stage = NEW;
	conn->open = CLOSED;
	return NULL;
}
