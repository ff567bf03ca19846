/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* TCP sockets in the socket scan. Connections that predate this program are found only here. */
#pragma once

#include "counting.h"
#include "scan.h"
#include "short-conns.h"

/*
 * Direction of an open connection that predates this program. An accepted socket inherits its listener's backlog; a
 * socket that called connect() has none. A listener can have a backlog of 0 too (listen(fd, 0)). Then the acknowledged
 * bytes decide: on the connecting side they include the SYN (net/ipv4/tcp_input.c, tcp_snd_una_update).
 */
static __always_inline enum direction direction_of(struct sock *sk, struct tcp_sock *tcp)
{
	__u32 in_flight = tcp->snd_nxt - tcp->snd_una;
	__u64 surplus = tcp->bytes_acked + in_flight - (tcp->bytes_sent - tcp->bytes_retrans);

	if (sk->sk_max_ack_backlog)
		return INBOUND;
	return surplus == 0 ? INBOUND : surplus == 1 ? OUTBOUND : UNKNOWN;
}

/* The first scan of a connection creates its storage. */
enum { DIRECTION_SCANS = FIRST_SCANS - 1 };

/*
 * Determines the direction again, because the socket may change while it is read. It is known once two scans agree. If
 * they do not, the socket does not show it.
 */
static __always_inline bool has_direction(struct conn *conn, struct sock *sk, struct tcp_sock *tcp)
{
	enum direction direction = direction_of(sk, tcp);
	bool is_same = direction != UNKNOWN && direction == conn->key.direction;

	conn->key.direction = direction;
	if (!is_same && ++conn->scans < DIRECTION_SCANS)
		return false;
	if (!is_same)
		conn->key.direction = UNKNOWN;
	put_endpoints(&conn->key, sk);
	return true;
}

static __always_inline bool is_open(int state)
{
	return state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT;
}

/* Returns the connection once it has been promoted to socket storage. */
static __always_inline struct conn *scan_short_conn(struct short_conn *entry, struct sock *sk, int state)
{
	__u64 address = address_of(sk), now = bpf_ktime_get_ns();
	struct conn conn;

	if (!is_open(state) && state != TCP_CLOSE)
		return NULL;
	if (entry->owner == address) {
		entry->scanned_at = now;
		if (swap_slot(entry, address, address | SLOT_SCANNED))
			count_socket();
		return NULL;
	}
	if (entry->owner != (address | SLOT_SCANNED) || now - entry->scanned_at < SECOND_NS)
		return NULL;
	if (is_open(state))
		return promote_to_storage(entry, sk, address);
	/*
	 * The state stays TCP_CLOSE until the event of the first transition has run. If that was over a second ago, the
	 * close event was missed.
	 */
	load_conn(&conn, entry, sk);
	if (swap_slot(entry, address | SLOT_SCANNED, 0))
		count_closed(&conn);
	return NULL;
}

/* A process holds a connection. If it was accepted, its listener belongs to the same program or was passed on to it. */
static __always_inline void note_holder(__u64 listener, __u8 direction, __u32 recorded_pid, struct task_struct *task)
{
	if (listener && direction == INBOUND && recorded_pid != (__u32)task->tgid)
		note_acceptor(listener, exec_of(kernel_view(task->mm)));
}

static __noinline int scan_tcp(struct bpf_iter__task_file *ctx, struct sock *sk, __u32 scan, struct task_struct *task)
{
	__u32 pid = task->tgid;
	int state = sk->__sk_common.skc_state;
	struct conn *conn = storage_of(sk);
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct short_conn *entry;
	struct edge *edge;

	if (!tcp)
		return 0;
	if (!conn || conn->stage == NEW) {
		entry = short_conn_of(address_of(sk));
		if (entry) {
			if (is_open(state))
				note_holder(entry->initiated_at, entry->direction, entry->pid, task);
			conn = scan_short_conn(entry, sk, state);
			if (!conn)
				return 0;
		}
	}
	if (!conn) {
		struct conn preexisting = {};

		if (!is_open(state) && state != TCP_LISTEN && state != TCP_SYN_SENT)
			return 0;
		preexisting.key.transport = IPPROTO_TCP;
		preexisting.key.pid = pid;
		preexisting.stage = state == TCP_LISTEN ? LISTENING : state == TCP_SYN_SENT ? CONNECTING : PREEXISTING;
		if (preexisting.stage == PREEXISTING) {
			preexisting.key.direction = direction_of(sk, tcp);
			preexisting.transmitted = tcp->bytes_sent - tcp->bytes_retrans;
			preexisting.received = received_payload(sk, tcp);
			preexisting.retransmits = tcp->total_retrans;
			put_endpoints(&preexisting.key, sk);
			put_ports(&preexisting, sk);
		}
		conn = create_storage(sk, &preexisting);
		if (!conn)
			return 0;
		/* Counted by the next scan: a close event that races with this scan has run by then. */
		if (state != TCP_LISTEN)
			return 0;
	}
	if (state == TCP_LISTEN)
		return scan_listener(ctx, sk, conn, scan, task, IPPROTO_TCP);
	if (is_scanned(conn, scan))
		return 0;
	if (!is_open(state)) {
		/* The close event was missed, see `close_conn`. */
		if (state == TCP_CLOSE)
			count_closed(conn);
		return 0;
	}
	if (conn->stage == PREEXISTING) {
		if (!has_direction(conn, sk, tcp))
			return 0;
		conn->stage = RECORDED;
		edge = edge_of(&conn->key);
		if (edge) {
			trace_open(conn, false);
			count_open(conn, edge);
		}
	} else if (conn->stage == CONNECTING || conn->stage == LISTENING) {
		record_conn(conn, sk, pid);
	}
	if (conn->stage != RECORDED || conn->open != OPEN)
		return 0;
	note_holder(conn->initiated_at, conn->key.direction, conn->key.pid, task);
	edge = edge_of(&conn->key);
	if (!edge)
		return 0;
	count_traffic(edge, conn, sk, tcp);
	if (edge->scan != scan) {
		edge->scan = scan;
		edge->rtt_sum = 0;
		edge->rtt_count = 0;
	}
	if (tcp->srtt_us) {
		edge->rtt_sum += tcp->srtt_us >> 3;
		edge->rtt_count++;
	}
	return 0;
}

/* TCP subflows of an MPTCP connection have no files of their own: those that predate this program are not seen. */
static __noinline int scan_mptcp(struct bpf_iter__task_file *ctx, struct sock *sk, __u32 scan, struct task_struct *task)
{
	struct conn *conn;

	if (sk->__sk_common.skc_state != TCP_LISTEN)
		return 0;
	conn = create_storage(sk, NULL);
	return conn ? scan_listener(ctx, sk, conn, scan, task, IPPROTO_TCP) : 0;
}
