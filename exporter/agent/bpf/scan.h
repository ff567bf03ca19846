/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Parts of the socket scan shared by all kinds of sockets. */
#pragma once

#include "conns.h"
#include "listeners.h"
#include "processes.h"

/* True if this scan has already seen the socket, through another file descriptor or process. */
static __always_inline bool is_scanned(struct conn *conn, __u32 scan)
{
	if (conn->scan == scan)
		return true;
	conn->scan = scan;
	count_socket();
	return false;
}

/* Writes a row for each process that holds the listener. */
static __always_inline int scan_listener(struct bpf_iter__task_file *ctx, struct sock *sk, struct conn *conn,
					 __u32 scan, struct task_struct *task, __u8 transport)
{
	struct sock_common *common = &sk->__sk_common;
	struct listener_row row = { .kind = ROW_LISTENER };
	struct mm_struct *mm = kernel_view(task->mm);
	__u64 address = address_of(sk);
	struct listener *listener;
	__u32 pid = task->tgid;

	row.started = BPF_CORE_READ(task, group_leader, start_boottime);
	row.image = image_of(row.started, mm);
	row.exec = exec_of(mm);
	row.recorded_pid = conn->key.pid;
	listener = bpf_map_lookup_elem(&musubi_listeners, &address);
	if (listener)
		row.acceptor = listener->acceptor;
	/*
	 * The process with the lowest pid is the leader of those that share the socket. Init is the exception: it holds
	 * listeners for socket activation, so its row counts only if there is no other.
	 */
	if (conn->scan != scan && conn->key.pid != pid && (pid != 1 || !conn->key.pid)) {
		conn->key.pid = pid;
		conn->key.image = 0;
	}
	if (conn->key.pid == pid) {
		/* It has executed another program since. */
		if (conn->key.image != row.image)
			conn->key.image = 0;
		if (transport == IPPROTO_TCP)
			note_listener(address, &conn->key, row.exec);
	}
	row.transport = transport;
	row.netns = common->skc_net.net->ns.inum;
	row.pid = pid;
	row.socket = address;
	row.port = common->skc_num;
	row.ipv6_only = BPF_CORE_READ_BITFIELD_PROBED(common, skc_ipv6only);
	if (common->skc_family == AF_INET6)
		put_ipv6(&row.local, &common->skc_v6_rcv_saddr);
	else
		put_ipv4(&row.local, common->skc_rcv_saddr);
	/* If the buffer is full, the kernel calls this program again with the same file. */
	if (bpf_seq_write(ctx->meta->seq, &row, sizeof(row)) == 0 && pid != 1)
		is_scanned(conn, scan);
	return 0;
}
