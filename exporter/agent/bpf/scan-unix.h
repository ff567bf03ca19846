/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Unix sockets in the socket scan. User space pairs the two sockets of each connection. */
#pragma once

#include "processes.h"
#include "unix-names.h"

static __noinline int scan_unix(struct bpf_iter__task_file *ctx, struct sock *sk, __u64 inode, struct task_struct *task)
{
	struct unix_sock *unix = (struct unix_sock *)sk;
	struct unix_address *name = BPF_CORE_READ(unix, addr);
	struct unix_sock *peer = (struct unix_sock *)BPF_CORE_READ(unix, peer);
	int type = sk->sk_type, state = sk->__sk_common.skc_state;
	struct unix_row row = { .kind = ROW_UNIX };

	if (type != SOCK_STREAM && type != SOCK_SEQPACKET)
		return 0;
	if (state != TCP_LISTEN && (state != TCP_ESTABLISHED || !peer))
		return 0;
	/* The peer has closed (net/unix/af_unix.c, unix_release_sock). */
	if (state != TCP_LISTEN && sk->sk_shutdown == SHUTDOWN_MASK)
		return 0;
	row.name_id = (__u64)name;
	row.peer_name_id = peer ? (__u64)BPF_CORE_READ(peer, addr) : 0;
	if (!row.name_id && !row.peer_name_id)
		return 0; /* socketpair(2) */
	row.netns = sk->__sk_common.skc_net.net->ns.inum;
	row.pid = task->tgid;
	row.mntns = mntns_of(task);
	row.root = root_of(task);
	row.started = BPF_CORE_READ(task, group_leader, start_boottime);
	row.exec = exec_of(kernel_view(task->mm));
	row.listener_pid = listener_pid_of(sk);
	row.listens = state == TCP_LISTEN;
	row.socket = (__u64)sk;
	row.peer = (__u64)peer;
	row.inode = inode;
	if (name)
		row.name_length = read_unix_name(row.name, name);
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}
