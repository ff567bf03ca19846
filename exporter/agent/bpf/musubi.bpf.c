/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The kernel side of Musubi: counts connections when they open and close, aggregated into one record per edge and
 * process.
 *
 *   inet_sock_set_state ── tcp-open.h, tcp-close.h ───────────┐
 *   cgroup UDP hooks ───── udp-conversation.h, udp-connect.h ─┼─▶ conns.h: state of  ─▶ edges.h: counters of
 *   socket scan ────────── scan-tcp.h, scan-udp.h ────────────┘   one socket            one edge
 *
 * A TCP connection that closes before a second scan has seen it never reaches conns.h, see short-conns.h. Processes
 * are in processes.h, listeners in listeners.h, a log of single connections in traces.h, Unix sockets in unix-connect.h
 * and scan-unix.h. layout.h is the interface to user space. musubi-unix.bpf.c is an optional second object.
 *
 * Nothing runs per packet or per TCP message: the socket itself holds bytes, retransmits and round-trip times. They
 * are read when it closes and in each socket scan. No kprobe and no fentry, which some kernels do not support.
 *
 * Requires Linux 5.14: socket storage in tracing programs and bpf_sock_from_file (5.11), atomic exchange (5.12),
 * lookup-and-delete on hash maps from user space (5.14).
 */
#include "tcp-open.h"
#include "tcp-close.h"
#include "udp-connect.h"
#include "udp-conversation.h"
#include "unix-connect.h"
#include "scan-tcp.h"
#include "scan-udp.h"
#include "scan-unix.h"

/* The helpers used here require a GPL-compatible license. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* A TCP socket changes its state. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(musubi_tcp_state, struct sock *sk, int old_state, int new_state)
{
	(void)ctx; /* unpacked by BPF_PROG */
	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	switch (new_state) {
	case TCP_SYN_SENT:
		on_connect(sk);
		break;
	case TCP_LISTEN:
		on_listen(sk);
		break;
	case TCP_SYN_RECV:
		if (old_state == TCP_LISTEN)
			on_syn_received(sk);
		break;
	case TCP_ESTABLISHED:
		on_established(sk, old_state);
		break;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
	case TCP_CLOSE:
		on_close(sk, old_state, new_state);
		break;
	}
	return 0;
}

/* An unconnected UDP socket sends or receives a datagram. */
SEC("cgroup/sendmsg4")
int musubi_udp_sendmsg4(struct bpf_sock_addr *ctx)
{
	return udp_conversation(ctx, AF_INET, true);
}

SEC("cgroup/sendmsg6")
int musubi_udp_sendmsg6(struct bpf_sock_addr *ctx)
{
	return udp_conversation(ctx, AF_INET6, true);
}

SEC("cgroup/recvmsg4")
int musubi_udp_recvmsg4(struct bpf_sock_addr *ctx)
{
	return udp_conversation(ctx, AF_INET, false);
}

SEC("cgroup/recvmsg6")
int musubi_udp_recvmsg6(struct bpf_sock_addr *ctx)
{
	return udp_conversation(ctx, AF_INET6, false);
}

/* connect(2) on a UDP socket. */
SEC("cgroup/connect4")
int musubi_udp_connect4(struct bpf_sock_addr *ctx)
{
	return on_udp_connect(ctx, AF_INET);
}

SEC("cgroup/connect6")
int musubi_udp_connect6(struct bpf_sock_addr *ctx)
{
	return on_udp_connect(ctx, AF_INET6);
}

/* A UDP socket is closed. */
SEC("cgroup/sock_release")
int musubi_udp_release(struct bpf_sock *ctx)
{
	return on_udp_release(ctx);
}

/* connect(2) on a Unix socket. Since Linux 6.7; not loaded on older kernels. Superseded by musubi-unix.bpf.c. */
SEC("cgroup/connect_unix")
int musubi_unix_connect(struct bpf_sock_addr *ctx)
{
	return on_unix_connect(ctx);
}

/* The socket scan: runs for each open file of each process when user space reads the iterator. */
SEC("iter/task_file")
int musubi_scan_sockets(struct bpf_iter__task_file *ctx)
{
	struct control *control = lookup_first(&musubi_control);
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file || !control)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	switch (sk->__sk_common.skc_family) {
	case AF_INET:
	case AF_INET6:
		note_hooks(sk);
		if (sk->sk_protocol == IPPROTO_TCP)
			return scan_tcp(ctx, sk, control->scan, task);
		if (sk->sk_protocol == IPPROTO_MPTCP)
			return scan_mptcp(ctx, sk, control->scan, task);
		/* A raw socket can have IPPROTO_UDP too, and receives datagrams addressed to other sockets. */
		if (sk->sk_protocol == IPPROTO_UDP && sk->sk_type == SOCK_DGRAM)
			return scan_udp(ctx, sk, control->scan, task);
		return 0;
	case AF_UNIX:
		return scan_unix(ctx, sk, file->f_inode->i_ino, task);
	}
	return 0;
}
