/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* New TCP connections, on either side, and new listeners. */
#pragma once

#include "counting.h"
#include "listeners.h"
#include "processes.h"
#include "short-conns.h"

/* Runs in the process that calls connect(2), or sendmsg(2) with MSG_FASTOPEN, or in its io_uring worker. */
static __always_inline void on_connect(struct sock *sk)
{
	struct process_key process = current_process();

	open_conn(sk, CONNECTING, bpf_ktime_get_ns(), &process);
}

static __always_inline void on_listen(struct sock *sk)
{
	struct conn *conn = create_storage(sk, NULL);
	struct conn fresh = { .stage = LISTENING };
	struct process_key process;

	if (!conn)
		return;
	process = current_process();
	fresh.key.transport = IPPROTO_TCP;
	fresh.key.pid = process.pid;
	fresh.key.image = process.image;
	*conn = fresh;
	note_listener(address_of(sk), &fresh.key, current_exec());
}

/*
 * An accepted connection starts as a copy of its listener (net/ipv4/inet_connection_sock.c, inet_csk_clone_lock). The
 * head of an empty list points to itself, so the copy's head still points to the listener's.
 */
static __always_inline void on_syn_received(struct sock *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct process_key unknown = {};
	struct listener *listener;
	__u64 address;

	if (!tcp)
		return;
	address = address_of(tcp->tsorted_sent_queue.next) - bpf_core_field_offset(struct tcp_sock, tsorted_sent_queue);
	listener = bpf_map_lookup_elem(&musubi_listeners, &address);
	open_conn(sk, LISTENING, address, listener ? &listener->process : &unknown);
}

/* Usually runs in a softirq, so the current process is arbitrary. */
static __always_inline void on_established(struct sock *sk, int old_state)
{
	struct short_conn *entry = short_conn_of(address_of(sk));
	struct conn loaded, *conn;
	struct edge *edge;
	bool has_setup_time;

	if (entry) {
		conn = &loaded;
		load_conn(conn, entry, sk);
	} else {
		conn = create_storage(sk, NULL);
		if (!conn)
			return;
	}
	if (conn->stage == NEW) {
		/*
		 * The socket predates this program. If it came through a listener, user space knows the listener's
		 * process; if it called connect(), the scan or the close event finds the process.
		 */
		conn->key.transport = IPPROTO_TCP;
		conn->stage = old_state == TCP_SYN_SENT ? CONNECTING : LISTENING;
	}
	if ((conn->stage != CONNECTING && conn->stage != LISTENING) || (conn->stage == CONNECTING && !conn->key.pid))
		return;
	has_setup_time = conn->stage == CONNECTING && conn->initiated_at;
	edge = record_conn(conn, sk, 0);
	if (edge && has_setup_time)
		count_setup(edge, conn->initiated_at);
	if (entry)
		store_conn(entry, conn);
}
