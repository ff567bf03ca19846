/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Paths of cgroups. The path identifies the container or systemd unit of a process. */
#pragma once

#include "basics.h"
#include "layout.h"

/* By cgroup id. LRU: the cgroup of a container or unit disappears together with it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct cgroup_path);
} musubi_cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cgroup_path);
} musubi_zero_cgroup SEC(".maps");

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node)
{
	struct kernfs_node___before_6_15 *before = (void *)node;

	if (bpf_core_field_exists(node->__parent))
		return BPF_CORE_READ(node, __parent);
	return BPF_CORE_READ(before, parent);
}

/* Stores the path of a task's cgroup once, and returns the cgroup's id. */
static __always_inline __u64 remember_cgroup(struct task_struct *task)
{
	struct kernfs_node *node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn), *parent;
	__u64 id = BPF_CORE_READ(node, id);
	void *nothing = lookup_first(&musubi_zero_cgroup);
	struct cgroup_path *path;
	__u32 level;

	if (!nothing || bpf_map_lookup_elem(&musubi_cgroups, &id))
		return id;
	bpf_map_update_elem(&musubi_cgroups, &id, nothing, BPF_NOEXIST);
	path = bpf_map_lookup_elem(&musubi_cgroups, &id);
	if (!path)
		return id;
	for (level = 0; level < LEVELS; level++) {
		parent = parent_of(node);
		if (!parent)
			break;
		bpf_probe_read_kernel_str(path->names + level * LEVEL_NAME, LEVEL_NAME, BPF_CORE_READ(node, name));
		node = parent;
	}
	path->levels = level;
	path->complete = !parent_of(node);
	return id;
}
