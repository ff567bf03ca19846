/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is known of a TCP connection that has not lived for more than a look or two. */
#pragma once

#include "conns.h"

/*
 * Storage of a socket's own takes the kernel longer to make and to free than all else that is done here for a
 * connection. So a young one has a place in a table, found by the socket's address, and moves to its socket when a walk
 * meets it a second time. Where the table has no place for it, it is kept in its socket from the start.
 *
 * What one processor has written, another waits for; and the process that ends a connection mostly runs on another than
 * the soft interrupts of its packets. So the event of its end writes nothing into the place if it can.
 */
struct young {
	__u64 sk; /* address of the socket, and one of the below; 0: a free place */
	__u64 asked;
	__u64 transmitted;
	__u64 received;
	__u64 retransmits;
	__u32 pid;
	__u32 image;
	__u16 local_port; /* an ended socket has none */
	__u8 stage;
	__u8 open;
	__u8 direction;
	__u8 folded;
	__u8 counted;
	__u8 traced;
	__u64 met; /* ns since boot */
};

enum { YOUNG = 2048 };

enum {
	MET = 1,    /* a walk may move it */
	ENDING = 2, /* and no more */
};

/* To be mapped into memory, it begins with a page; so each place is in one line of the processor's cache. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, YOUNG);
	__type(key, __u32);
	__type(value, struct young);
} musubi_young SEC(".maps");

/* Each address has two places, side by side. */
static __always_inline struct young *place_of(__u64 address, __u32 side)
{
	__u32 place = (address * 0x9e3779b97f4a7c15ull >> 32 ^ side) & (YOUNG - 1);

	return bpf_map_lookup_elem(&musubi_young, &place);
}

static __always_inline bool is_place_of(struct young *young, __u64 address)
{
	return young && (young->sk & ~3ull) == address;
}

static __always_inline struct young *young_of(__u64 address)
{
	struct young *young = place_of(address, 0);

	if (is_place_of(young, address))
		return young;
	young = place_of(address, 1);
	return is_place_of(young, address) ? young : NULL;
}

static __always_inline bool take(struct young *young, __u64 address)
{
	return young && !young->sk && __sync_val_compare_and_swap(&young->sk, 0, address) == 0;
}

static __always_inline struct young *take_place(__u64 address)
{
	struct young *young = place_of(address, 0);

	if (take(young, address))
		return young;
	young = place_of(address, 1);
	return take(young, address) ? young : NULL;
}

/* The kernel tells of one socket's changes one after the other; but a walk may be about to move it. */
static __always_inline bool change_place(struct young *young, __u64 from, __u64 to)
{
	return __sync_val_compare_and_swap(&young->sk, from, to) == from;
}

/* What is known of a young connection, with what its socket tells. */
static __always_inline void grow_up(struct conn *conn, const struct young *young, struct sock *sk)
{
	struct conn grown = { .stage = young->stage, .open = young->open, .asked = young->asked };

	grown.transmitted = young->transmitted;
	grown.received = young->received;
	grown.retransmits = young->retransmits;
	grown.key.transport = IPPROTO_TCP;
	grown.key.pid = young->pid;
	grown.key.image = young->image;
	grown.key.direction = young->direction;
	grown.key.folded = young->folded;
	put_ends(&grown.key, sk);
	put_ports(&grown, sk);
	if (young->local_port)
		grown.local_port = young->local_port;
	if (young->direction == SERVED)
		grown.key.port = grown.local_port;
	grown.counted = young->counted;
	grown.traced = young->traced;
	*conn = grown;
}

static __always_inline void keep_young(struct young *young, const struct conn *conn)
{
	young->transmitted = conn->transmitted;
	young->received = conn->received;
	young->retransmits = conn->retransmits;
	young->stage = conn->stage;
	young->open = conn->open;
	young->local_port = conn->local_port;
	young->direction = conn->key.direction;
	young->folded = conn->key.folded;
	young->counted = conn->counted;
	young->traced = conn->traced;
}

/* Keeps what is known of a connection that begins. */
static __always_inline void begin(struct sock *sk, enum stage stage, __u64 asked, const struct process_key *process)
{
	__u64 address = address_of(sk);
	struct young *young = young_of(address);
	struct conn *conn = young ? NULL : storage_of(sk);

	if (!young && !conn)
		young = take_place(address);
	if (young) {
		/* It may be the place of another socket that had this address, and whose end was missed, see `end`. */
		young->sk = address;
		young->asked = asked;
		young->transmitted = 0;
		young->received = 0;
		young->retransmits = 0;
		young->pid = process->pid;
		young->image = process->image;
		young->local_port = 0;
		young->stage = stage;
		young->open = NOT_COUNTED;
		young->direction = 0;
		young->folded = 0;
		young->counted = 0;
		young->traced = 0;
		return;
	}
	if (!conn)
		conn = create_storage(sk, NULL);
	if (conn) {
		struct conn fresh = { .stage = stage, .asked = asked };

		fresh.key.transport = IPPROTO_TCP;
		fresh.key.pid = process->pid;
		fresh.key.image = process->image;
		*conn = fresh; /* a socket may ask again after it failed */
	}
}

/*
 * Moves an open connection to its socket. It has been marked by a walk a second ago: an event that did not see that is
 * over. A socket is in a state of being open only once the event that tells so is over, and the next is that of its
 * end: which comes first, decides.
 */
static __always_inline struct conn *move(struct young *young, struct sock *sk, __u64 address)
{
	struct conn *conn = create_storage(sk, NULL);

	if (!conn)
		return NULL;
	grow_up(conn, young, sk);
	if (change_place(young, address | MET, 0))
		return conn;
	conn->stage = NEW;
	conn->open = OVER;
	return NULL;
}
