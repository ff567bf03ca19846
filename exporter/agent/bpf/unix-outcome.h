/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The listener that a Unix socket was connected to, read from the socket right after the call of connect(2). So neither
 * symbolic links nor relative paths, mount namespaces, chroot(2) or a file that was replaced make a difference, and
 * failed calls are not counted. Linux 6.18 runs the callback before the call returns to the process.
 */
#pragma once

#include "unix-connect.h"

/* Known to the kernel by its name. */
struct bpf_task_work {
	__u64 opaque;
};

struct bpf_map {
	__u32 id;
};

extern int bpf_task_work_schedule_resume_impl(struct task_struct *task, struct bpf_task_work *work, void *map,
					      int (*callback)(struct bpf_map *map, void *key, void *value),
					      void *aux) __ksym;

/* A call of connect(2) that has not returned yet. */
struct unix_call {
	struct bpf_task_work work;
	__u64 socket; /* kernel address */
	__u32 netns;
	__u32 pid;
	__u32 image;
	__u32 pad;
};

/* By the cookie of the socket. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct unix_call);
} musubi_unix_calls SEC(".maps");

/*
 * Another thread may have closed the socket since, and its memory may be in use again. So all is read by helpers that
 * check the address, and counts only if the socket still has the cookie afterwards.
 */
static int on_unix_connect_return(struct bpf_map *map, void *cookie, void *value)
{
	struct unix_call *call = value;
	struct sock *sk = (struct sock *)call->socket;
	struct unix_sock *peer = (struct unix_sock *)BPF_CORE_READ((struct unix_sock *)sk, peer);
	struct unix_connect_key key = { .netns = call->netns, .pid = call->pid, .image = call->image };
	__u64 expected = *(__u64 *)cookie;
	struct unix_address *name;

	(void)map;
	bpf_map_delete_elem(&musubi_unix_calls, cookie);
	if (!peer)
		return 0;
	/* The accepted socket has the name object of its listener. */
	name = BPF_CORE_READ(peer, addr);
	if (!name)
		return 0;
	key.name_id = (__u64)name;
	key.name_length = read_unix_name(key.name, name);
	key.listener_pid = listener_pid_of(sk);
	if ((__u64)BPF_CORE_READ(sk, __sk_common.skc_cookie.counter) == expected)
		count_unix_connect(&key);
	return 0;
}

static __always_inline int on_unix_connect_call(struct bpf_sock_addr *ctx)
{
	struct unix_connect_key client = {};
	struct unix_call fresh = {}, *call;
	struct sock *sk;
	__u64 cookie;

	if (!is_connection_oriented(ctx) || !ctx->sk)
		return 1;
	sk = kernel_view(ctx->sk);
	cookie = bpf_get_socket_cookie(ctx);
	put_unix_client(&client, sk);
	fresh.socket = (__u64)sk;
	fresh.netns = client.netns;
	fresh.pid = client.pid;
	fresh.image = client.image;
	bpf_map_update_elem(&musubi_unix_calls, &cookie, &fresh, BPF_ANY);
	call = bpf_map_lookup_elem(&musubi_unix_calls, &cookie);
	if (!call || bpf_task_work_schedule_resume_impl(bpf_get_current_task_btf(), &call->work, &musubi_unix_calls,
							on_unix_connect_return, NULL))
		count_lost();
	return 1;
}
