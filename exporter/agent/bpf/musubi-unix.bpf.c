/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The part of the kernel side that requires Linux 6.18. It is an object of its own, because its kernel function may
 * change with any version: musubi.bpf.c does not depend on whether this loads. They share their maps.
 */
#include "unix-outcome.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* connect(2) on a Unix socket. */
SEC("cgroup/connect_unix")
int musubi_unix_outcome(struct bpf_sock_addr *ctx)
{
	return on_unix_connect_call(ctx);
}
