/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* UDP sockets in the socket scan. */
#pragma once

#include "counting.h"
#include "udp-connect.h"
#include "scan.h"

static __noinline int scan_udp(struct bpf_iter__task_file *ctx, struct sock *sk, __u32 scan, struct task_struct *task)
{
	struct control *control = lookup_first(&musubi_control);
	struct conn *conn = storage_of(sk);
	bool bound = has_bound_port(sk);
	struct edge *edge;

	if (!conn) {
		struct conn preexisting = { .stage = PREEXISTING };

		preexisting.preexisting = !control || !control->seeded;
		preexisting.key.transport = IPPROTO_UDP;
		preexisting.key.pid = task->tgid;
		preexisting.key.direction = bound ? UNKNOWN : OUTBOUND;
		conn = create_storage(sk, &preexisting);
		if (!conn)
			return 0;
	}
	if (sk->__sk_common.skc_state != TCP_ESTABLISHED) {
		if (conn->open == OPEN)
			count_closed(conn);
		if (bound)
			return scan_listener(ctx, sk, conn, scan, task, IPPROTO_UDP);
		is_scanned(conn, scan);
		return 0;
	}
	if (is_scanned(conn, scan))
		return 0;
	conn->scans++;
	if (conn->open != NOT_COUNTED || (conn->scans < 2 && !has_received(sk)))
		return 0;
	if (conn->stage == CONNECTING || conn->stage == PREEXISTING) {
		edge = record_udp(conn, sk);
		if (edge)
			count_open(conn, edge);
	}
	return 0;
}
