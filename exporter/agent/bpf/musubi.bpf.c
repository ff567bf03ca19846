/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The kernel side of Musubi: counts connections where they begin and end, folded into one record per
 * dependency and process, however many there are.
 *
 *   inet_sock_set_state ── tcp-begin.h, tcp-end.h ────┐
 *   cgroup UDP hooks ───── udp-talk.h, udp-connect.h ─┼─▶ conns.h: what is known  ─▶ edges.h: what is counted
 *   the walk over files ── walk-tcp.h, walk-udp.h ────┘   of one socket              of one dependency
 *
 * A TCP connection that lives for no more than a look or two never gets to `conns`, see young.h. Who asks and who
 * listens is in processes.h, Unix sockets are in unix.h and walk-unix.h, and layout.h is what user space reads.
 *
 * Nothing runs per packet or per TCP message: bytes, retransmits and round-trip times stand in the socket, and
 * are entered when it ends and whenever user space walks over all open files. No kprobe and no fentry, which not
 * every kernel loads.
 *
 * Needs Linux 5.14: socket storage in tracing programs, bpf_sock_from_file (5.11), atomic exchange (5.12); and user
 * space looks up and deletes in one step (5.14).
 */
#include "tcp-begin.h"
#include "tcp-end.h"
#include "udp-connect.h"
#include "udp-talk.h"
#include "unix.h"
#include "walk-tcp.h"
#include "walk-udp.h"
#include "walk-unix.h"

/* The helpers used here are for programs that the GPL covers too. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* A TCP socket changes its state. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(musubi_tcp_state, struct sock *sk, int old_state, int new_state)
{
	(void)ctx; /* BPF_PROG has unpacked it */
	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	switch (new_state) {
	case TCP_SYN_SENT:
		asks(sk);
		break;
	case TCP_LISTEN:
		listens(sk);
		break;
	case TCP_SYN_RECV:
		if (old_state == TCP_LISTEN)
			is_asked(sk);
		break;
	case TCP_ESTABLISHED:
		becomes_established(sk, old_state);
		break;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
	case TCP_CLOSE:
		ends(sk, old_state, new_state);
		break;
	}
	return 0;
}

/* An unconnected UDP socket sends a datagram, or receives one. */
SEC("cgroup/sendmsg4")
int musubi_udp_says4(struct bpf_sock_addr *ctx)
{
	return talk(ctx, AF_INET, true);
}

SEC("cgroup/sendmsg6")
int musubi_udp_says6(struct bpf_sock_addr *ctx)
{
	return talk(ctx, AF_INET6, true);
}

SEC("cgroup/recvmsg4")
int musubi_udp_hears4(struct bpf_sock_addr *ctx)
{
	return talk(ctx, AF_INET, false);
}

SEC("cgroup/recvmsg6")
int musubi_udp_hears6(struct bpf_sock_addr *ctx)
{
	return talk(ctx, AF_INET6, false);
}

/* A UDP socket is given a fixed peer. */
SEC("cgroup/connect4")
int musubi_udp_connects4(struct bpf_sock_addr *ctx)
{
	return udp_connects(ctx, AF_INET);
}

SEC("cgroup/connect6")
int musubi_udp_connects6(struct bpf_sock_addr *ctx)
{
	return udp_connects(ctx, AF_INET6);
}

/* A UDP socket is closed. */
SEC("cgroup/sock_release")
int musubi_udp_ends(struct bpf_sock *ctx)
{
	return udp_ends(ctx);
}

/* A process calls a Unix socket by its name. Since Linux 6.7; not loaded before. */
SEC("cgroup/connect_unix")
int musubi_unix_asks(struct bpf_sock_addr *ctx)
{
	return unix_asks(ctx);
}

/* Each open file of each process, whenever user space asks for a walk. */
SEC("iter/task_file")
int musubi_walk(struct bpf_iter__task_file *ctx)
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
		if (sk->sk_protocol == IPPROTO_TCP)
			return meet_tcp(ctx, sk, control->walk, task->tgid);
		if (sk->sk_protocol == IPPROTO_MPTCP)
			return meet_mptcp(ctx, sk, control->walk, task->tgid);
		/* A raw socket may be one for UDP as well, and hears what is said to others. */
		if (sk->sk_protocol == IPPROTO_UDP && sk->sk_type == SOCK_DGRAM)
			return meet_udp(ctx, sk, control->walk, task->tgid);
		return 0;
	case AF_UNIX:
		return meet_unix(ctx, sk, file->f_inode->i_ino, task->tgid);
	}
	return 0;
}
