/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Data shared with user space. */
#pragma once

#include "kernel.h"

enum direction { OUTBOUND = 0, INBOUND = 1, UNKNOWN = 2 };

enum failure { REFUSED, TIMEOUT, RESET, HOST_UNREACHABLE, NET_UNREACHABLE, CANCELLED, OTHER, FAILURES };

enum { SETUP_BUCKETS = 8 };

/* An IPv4 address is stored as an IPv4-mapped IPv6 address: a dual-stack socket does not distinguish them either. */
struct address {
	__u32 word[4];
};

/* An edge as seen from this host. Padding is explicit: the kernel compares keys byte by byte. */
struct edge_key {
	struct address local;
	struct address remote;
	__u32 netns;
	__u32 pid;
	__u32 image;     /* see `image_of`; 0 if the process was not seen connecting or listening */
	__u16 port;      /* the destination's listening port; the local port if the direction is unknown */
	__u16 peer_port; /* 0 unless the direction is unknown and both processes chose their ports */
	__u8 transport;
	__u8 direction;
	__u8 folded; /* belongs to an overflow record, see edges.h */
	__u8 pad;
};

struct edge {
	__u64 created; /* ns since boot; distinguishes this record from a later one with the same key */
	__u64 opened;
	__s64 open;
	__u64 transmitted;
	__u64 received;
	__u64 retransmits;
	__u64 setup_sum; /* ns */
	__u64 rtt_sum;   /* µs, from the last scan */
	__u32 rtt_count;
	__u32 scan;
	__u32 failed[FAILURES];
	__u32 setup[SETUP_BUCKETS];
	__u32 pad;
};

struct process_key {
	__u32 pid;
	__u32 image;
};

struct process {
	__u64 started; /* ns since boot */
	__u64 cgroup;
	__u32 parent;
	__u32 args_length;
	char comm[16];
	char executable[64];
	char args[256];
	char environment[256]; /* the variable that names its service: NAME=VALUE, '' if there is none */
};

enum { LEVELS = 10, LEVEL_NAME = 96, PATH = 960 };

_Static_assert(PATH == LEVELS * LEVEL_NAME, "a name for each level");

/* Path of a cgroup in the v2 hierarchy. */
struct cgroup_path {
	__u32 levels;
	__u32 complete;   /* whether it reaches the root */
	char names[PATH]; /* innermost first */
};

/* A conversation has been counted as opened, but is never open. */
enum { TRACE_OPEN = 1, TRACE_CLOSED, TRACE_FAILED, TRACE_CONVERSATION };

/* What has happened to one connection, as seen from one of its sockets. One cache line. */
struct trace {
	__u32 number;     /* low bits of its number in the log, written last */
	__u32 connection; /* the number of its first trace; TRACE_CLOSED has nothing more */
	struct address local;
	struct address remote;
	__u16 local_port;
	__u16 peer_port;
	__u32 netns;
	__u32 pid;
	__u32 image;
	__u8 transport;
	__u8 direction;
	__u8 state;
	__u8 failure;
	__u8 counted; /* as opened, on its edge */
	__u8 folded;  /* its edge is an overflow record */
	__u16 pad;
};

enum { TRACES_PER_BLOCK = 64, TRACE_BLOCKS = 1024 };

/* Scans after which all connections that are older than the program are recorded. */
enum { FIRST_SCANS = 5 };

struct trace_block {
	struct trace traces[TRACES_PER_BLOCK];
};

/*
 * A client of a Unix socket, and the socket: the listener that accepted, with its own name; or, on kernels that do not
 * show it, the name as the client wrote it and where the kernel looks it up.
 */
struct unix_connect_key {
	__u64 name_id; /* see `unix_row` */
	__u64 root;    /* see `root_of` */
	__u32 listener_pid;
	__u32 mntns;
	__u32 netns;
	__u32 pid;
	__u32 image;
	__u32 name_length;
	char name[112];
};

/* Written by user space. */
struct control {
	__u64 uncertain_until; /* ns since boot; see `is_direction_uncertain` */
	__u32 scan;            /* number of the current scan */
	__u32 seeded;          /* whether the first scan, which finds all preexisting sockets, is complete */
	__u32 netns;           /* the only network namespace whose edges are counted; 0 for all */
	__u32 untraced;        /* whether not to trace single connections */
};

/* Written by this program. */
struct health {
	__u64 folded;
	__u64 lost; /* sockets for which no storage could be allocated */
	__u64 sockets;
	__u64 traces; /* number of the last trace; the first is 1 */
	__u64 hooked; /* whether a socket was seen whose packets netfilter hooks may translate */
};

enum { ROW_LISTENER = 1, ROW_UNIX = 2 };

enum { MAX_NAME = 108 }; /* include/uapi/linux/un.h, UNIX_PATH_MAX */

/* One process that holds a listener. */
struct listener_row {
	__u16 kind;
	__u16 port;
	__u32 netns;
	__u32 pid;
	__u32 image;
	__u64 socket;       /* kernel address, used only as an identifier */
	__u64 started;      /* ns since boot */
	__u32 exec;         /* see `exec_of` */
	__u32 acceptor;     /* see listeners.h */
	__u32 recorded_pid; /* the process to which its connections were attributed until this scan */
	__u8 transport;
	__u8 ipv6_only;
	__u16 pad;
	struct address local;
};

struct unix_row {
	__u16 kind;
	__u16 name_length;
	__u32 netns;
	__u32 pid;
	__u32 listens;
	/* Kernel addresses, used only as identifiers: an accepted socket shares its listener's name object. */
	__u64 socket;
	__u64 peer;
	__u64 name_id;
	__u64 peer_name_id;
	__u64 inode;
	__u64 root;         /* of the process, see `root_of` */
	__u64 started;      /* of the process, ns since boot */
	__u32 exec;         /* of the process, see `exec_of` */
	__u32 mntns;        /* of the process */
	__u32 listener_pid; /* which process called listen(2), on this socket or on that of the server */
	char name[MAX_NAME];
};
