// Generated from bpf/layout.h by `npx vitest run --project unit exporter/agent/capture/ebpf -u`.

/** Constants and values of enums. */
export const VALUES = {
  OUTBOUND: 0,
  INBOUND: 1,
  UNKNOWN: 2,
  REFUSED: 0,
  TIMEOUT: 1,
  RESET: 2,
  HOST_UNREACHABLE: 3,
  NET_UNREACHABLE: 4,
  CANCELLED: 5,
  OTHER: 6,
  FAILURES: 7,
  SETUP_BUCKETS: 8,
  LEVELS: 10,
  LEVEL_NAME: 96,
  PATH: 960,
  TRACE_OPEN: 1,
  TRACE_CLOSED: 2,
  TRACE_FAILED: 3,
  TRACE_CONVERSATION: 4,
  TRACES_PER_BLOCK: 64,
  TRACE_BLOCKS: 1024,
  FIRST_SCANS: 5,
  ROW_LISTENER: 1,
  ROW_UNIX: 2,
  MAX_NAME: 108,
} as const;

/** `struct edge_key`: its size and the offset of each field, in bytes. */
export const EDGE_KEY = {
  sizeof: 52,
  local: 0,
  remote: 16,
  netns: 32,
  pid: 36,
  image: 40,
  port: 44,
  peer_port: 46,
  transport: 48,
  direction: 49,
  folded: 50,
} as const;

/** `struct edge`: its size and the offset of each field, in bytes. */
export const EDGE = {
  sizeof: 136,
  created: 0,
  opened: 8,
  open: 16,
  transmitted: 24,
  received: 32,
  retransmits: 40,
  setup_sum: 48,
  rtt_sum: 56,
  rtt_count: 64,
  scan: 68,
  failed: 72,
  setup: 100,
} as const;

/** `struct process_key`: its size and the offset of each field, in bytes. */
export const PROCESS_KEY = {
  sizeof: 8,
  pid: 0,
  image: 4,
} as const;

/** `struct process`: its size and the offset of each field, in bytes. */
export const PROCESS = {
  sizeof: 616,
  started: 0,
  cgroup: 8,
  parent: 16,
  args_length: 20,
  comm: 24,
  executable: 40,
  args: 104,
  environment: 360,
} as const;

/** `struct cgroup_path`: its size and the offset of each field, in bytes. */
export const CGROUP_PATH = {
  sizeof: 968,
  levels: 0,
  complete: 4,
  names: 8,
} as const;

/** `struct trace`: its size and the offset of each field, in bytes. */
export const TRACE = {
  sizeof: 64,
  number: 0,
  connection: 4,
  local: 8,
  remote: 24,
  local_port: 40,
  peer_port: 42,
  netns: 44,
  pid: 48,
  image: 52,
  transport: 56,
  direction: 57,
  state: 58,
  failure: 59,
  counted: 60,
  folded: 61,
} as const;

/** `struct trace_block`: its size and the offset of each field, in bytes. */
export const TRACE_BLOCK = {
  sizeof: 4096,
  traces: 0,
} as const;

/** `struct unix_connect_key`: its size and the offset of each field, in bytes. */
export const UNIX_CONNECT_KEY = {
  sizeof: 152,
  name_id: 0,
  root: 8,
  listener_pid: 16,
  mntns: 20,
  netns: 24,
  pid: 28,
  image: 32,
  name_length: 36,
  name: 40,
} as const;

/** `struct control`: its size and the offset of each field, in bytes. */
export const CONTROL = {
  sizeof: 24,
  uncertain_until: 0,
  scan: 8,
  seeded: 12,
  netns: 16,
  untraced: 20,
} as const;

/** `struct health`: its size and the offset of each field, in bytes. */
export const HEALTH = {
  sizeof: 40,
  folded: 0,
  lost: 8,
  sockets: 16,
  traces: 24,
  hooked: 32,
} as const;

/** `struct listener_row`: its size and the offset of each field, in bytes. */
export const LISTENER_ROW = {
  sizeof: 64,
  kind: 0,
  port: 2,
  netns: 4,
  pid: 8,
  image: 12,
  socket: 16,
  started: 24,
  exec: 32,
  acceptor: 36,
  recorded_pid: 40,
  transport: 44,
  ipv6_only: 45,
  local: 48,
} as const;

/** `struct unix_row`: its size and the offset of each field, in bytes. */
export const UNIX_ROW = {
  sizeof: 192,
  kind: 0,
  name_length: 2,
  netns: 4,
  pid: 8,
  listens: 12,
  socket: 16,
  peer: 24,
  name_id: 32,
  peer_name_id: 40,
  inode: 48,
  root: 56,
  started: 64,
  exec: 72,
  mntns: 76,
  listener_pid: 80,
  name: 84,
} as const;
