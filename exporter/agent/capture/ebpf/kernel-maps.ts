import type { KernelObject, Libbpf } from '../../native/libbpf.ts';
import {
  CGROUP_PATH,
  CONTROL,
  EDGE,
  EDGE_KEY,
  HEALTH,
  PROCESS,
  PROCESS_KEY,
  TRACE_BLOCK,
  UNIX_CONNECT_KEY,
} from './kernel-structs.ts';
import { CGROUP_ID_BYTES, LayoutError, UNIX_COUNT_BYTES } from './layout.ts';

export const EDGES = 'musubi_edges';
const INDEX_BYTES = 4;

/** File descriptors of the kernel program's maps. */
export type KernelMaps = ReturnType<typeof openMaps>;

/** Throws `LayoutError` for maps of another version, whose data has another layout. */
export function openMaps(libbpf: Libbpf, object: KernelObject) {
  const open = (name: string, keyBytes: number, valueBytes: number) => {
    const map = object.map(name);
    const info = libbpf.mapInfo(map);
    if (info.keyBytes !== keyBytes) throw new LayoutError(`${name} with keys of length`, info.keyBytes);
    if (info.valueBytes !== valueBytes)
      throw new LayoutError(`${name} with values of length`, info.valueBytes);
    return map;
  };
  return {
    edges: open(EDGES, EDGE_KEY.sizeof, EDGE.sizeof),
    folds: open('musubi_folds', INDEX_BYTES, EDGE.sizeof),
    processes: open('musubi_processes', PROCESS_KEY.sizeof, PROCESS.sizeof),
    cgroups: open('musubi_cgroups', CGROUP_ID_BYTES, CGROUP_PATH.sizeof),
    control: open('musubi_control', INDEX_BYTES, CONTROL.sizeof),
    health: open('musubi_health', INDEX_BYTES, HEALTH.sizeof),
    unixConnects: open('musubi_unix_connects', UNIX_CONNECT_KEY.sizeof, UNIX_COUNT_BYTES),
    traces: open('musubi_traces', INDEX_BYTES, TRACE_BLOCK.sizeof),
  };
}

/** The key of an entry of an array map. */
export function indexKey(index: number): Buffer {
  const key = Buffer.alloc(INDEX_BYTES);
  key.writeUInt32LE(index);
  return key;
}
