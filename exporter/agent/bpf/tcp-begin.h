/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* How a TCP connection begins, at either end. */
#pragma once

#include "counting.h"
#include "listening.h"
#include "processes.h"
#include "young.h"

/* In the process that calls connect(2), or sends with MSG_FASTOPEN, or a worker of its io_uring. */
static __always_inline void asks(struct sock *sk)
{
	struct process_key process = traced_process();

	begin(sk, ASKING, bpf_ktime_get_ns(), &process);
}

static __always_inline void listens(struct sock *sk)
{
	struct conn *conn = create_storage(sk, NULL);
	struct conn fresh = { .stage = LISTENING };
	struct process_key process;

	if (!conn)
		return;
	process = traced_process();
	fresh.key.transport = IPPROTO_TCP;
	fresh.key.pid = process.pid;
	fresh.key.image = process.image;
	*conn = fresh;
	note_listener(address_of(sk), &fresh.key);
}

/*
 * A connection that comes through a listener is at first a copy of it (net/ipv4/inet_connection_sock.c,
 * inet_csk_clone_lock). An empty list's head points to itself, and the copy's still to the listener's own.
 */
static __always_inline void is_asked(struct sock *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct process_key nobody = {}, *process;
	__u64 listener;

	if (!tcp)
		return;
	listener =
		address_of(tcp->tsorted_sent_queue.next) - bpf_core_field_offset(struct tcp_sock, tsorted_sent_queue);
	process = bpf_map_lookup_elem(&musubi_listening, &listener);
	begin(sk, LISTENING, 0, process ?: &nobody);
}

/* Mostly in a soft interrupt, so the current process is any. */
static __always_inline void becomes_established(struct sock *sk, int old_state)
{
	struct young *young = young_of(address_of(sk));
	struct conn grown, *conn;
	struct edge *edge;
	bool asked;

	if (young) {
		conn = &grown;
		grow_up(conn, young, sk);
	} else {
		conn = create_storage(sk, NULL);
		if (!conn)
			return;
	}
	if (conn->stage == NEW) {
		/*
		 * It is older than this program. Whose it is, user space knows of what came through a listener; of
		 * what has asked, the walk or the end of it tells.
		 */
		conn->key.transport = IPPROTO_TCP;
		conn->stage = old_state == TCP_SYN_SENT ? ASKING : LISTENING;
	}
	if ((conn->stage != ASKING && conn->stage != LISTENING) || (conn->stage == ASKING && !conn->key.pid))
		return;
	asked = conn->stage == ASKING && conn->asked;
	edge = settle(conn, sk, 0);
	if (edge && asked)
		count_setup(edge, conn->asked);
	if (young)
		keep_young(young, conn);
}
