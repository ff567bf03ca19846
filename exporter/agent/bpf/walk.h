/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the walk over all open files does with any kind of socket. */
#pragma once

#include "conns.h"

/* What of one socket does not depend on which of its holders is being walked over. */
static __always_inline bool is_met(struct conn *conn, __u32 walk)
{
	if (conn->walk == walk)
		return true;
	conn->walk = walk;
	count_socket();
	return false;
}

static __always_inline int meet_listener(struct bpf_iter__task_file *ctx, struct sock *sk, struct conn *conn,
					 __u32 walk, __u32 pid, __u8 transport)
{
	struct sock_common *common = &sk->__sk_common;
	struct listener_row row = { .kind = ROW_LISTENER };

	if (conn->walk == walk)
		return 0;
	/*
	 * The first of its holders, by pid, is the leader of those who share it. But not init, which holds it for
	 * socket activation alone: its row counts only where there is no other.
	 */
	if (conn->key.pid != pid && (pid != 1 || !conn->key.pid)) {
		conn->key.pid = pid;
		conn->key.image = 0;
	}
	row.transport = transport;
	row.netns = common->skc_net.net->ns.inum;
	row.pid = pid;
	row.port = common->skc_num;
	row.ipv6_only = BPF_CORE_READ_BITFIELD_PROBED(common, skc_ipv6only);
	if (common->skc_family == AF_INET6)
		put_ipv6(&row.local, &common->skc_v6_rcv_saddr);
	else
		put_ipv4(&row.local, common->skc_rcv_saddr);
	/* Out of room: the kernel comes again with the same file. */
	if (bpf_seq_write(ctx->meta->seq, &row, sizeof(row)) == 0 && pid != 1)
		is_met(conn, walk);
	return 0;
}
