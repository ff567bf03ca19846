/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* UDP sockets, as the walk meets them. */
#pragma once

#include "counting.h"
#include "udp-connect.h"
#include "walk.h"

static __always_inline int meet_udp(struct bpf_iter__task_file *ctx, struct sock *sk, __u32 walk, __u32 pid)
{
	struct control *control = lookup_first(&musubi_control);
	struct conn *conn = storage_of(sk);
	bool chosen = has_chosen_port(sk);
	struct edge *edge;

	if (!conn) {
		struct conn found = { .stage = FOUND };

		found.old = !control || !control->seeded;
		found.key.transport = IPPROTO_UDP;
		found.key.pid = pid;
		found.key.direction = chosen ? UNKNOWN : ASKED;
		conn = create_storage(sk, &found);
		if (!conn)
			return 0;
	}
	if (sk->__sk_common.skc_state != TCP_ESTABLISHED) {
		if (conn->open == OPEN)
			leave(conn);
		if (chosen)
			return meet_listener(ctx, sk, conn, walk, pid, IPPROTO_UDP);
		is_met(conn, walk);
		return 0;
	}
	if (is_met(conn, walk))
		return 0;
	conn->seen++;
	if (conn->open != NOT_COUNTED || (conn->seen < 2 && !has_heard(sk)))
		return 0;
	if (conn->stage == ASKING || conn->stage == FOUND) {
		edge = settle_udp(conn, sk);
		if (edge) {
			enter(conn, edge);
			trace_conn(conn, TRACE_OPEN, 0);
		}
	}
	return 0;
}
