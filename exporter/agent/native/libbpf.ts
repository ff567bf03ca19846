import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { SyscallError } from './syscall-error.ts';

/** An attached program. It runs until closed, or until this process ends. */
export interface Link {
  readonly fd: number;
  close(): void;
}

/** The part of libbpf (libbpf.so.1) that Musubi uses. Calls throw a `SyscallError` with the kernel's reason. */
export interface Libbpf {
  /**
   * Loads all programs and maps of a compiled object into the kernel, except for the overrides. Of maps that `shared`
   * also has, those of `shared` are used.
   */
  load(
    path: string,
    programs?: Readonly<Record<string, ProgramOverride>>,
    maxEntries?: Readonly<Record<string, number>>,
    shared?: KernelObject,
  ): KernelObject;
  /** Starts an iterator program. Returns a file descriptor to read its output from. */
  iterate(link: Link): number;
  /** Reads a value; false if there is none. */
  lookup(map: number, key: Buffer, value: Buffer): boolean;
  /** Reads and deletes a value in one step; false if there is none. */
  take(map: number, key: Buffer, value: Buffer): boolean;
  update(map: number, key: Buffer, value: Buffer): void;
  /** Inserts a value unless there is one already, or the map is full. */
  insert(map: number, key: Buffer, value: Buffer): 'inserted' | 'exists' | 'full';
  mapInfo(map: number): MapInfo;
  /** Reads as many entries as fit, starting at `position`, which it advances. */
  lookupBatch(map: number, position: Position, keys: Buffer, values: Buffer, count: number): Batch;
  /** How often the kernel did not run a program because it was already running on the same CPU (since 5.12). */
  misses(program: number): number;
}

/** Do not load the program; or its type, if this libbpf does not know the name of its section. */
export type ProgramOverride = 'omit' | { readonly type: number; readonly attachType: number };

export interface KernelObject {
  /** The file descriptor of a map. */
  map(name: string): number;
  /** Whether the object has such a map. */
  has(map: string): boolean;
  /** The file descriptor of a program. */
  program(name: string): number;
  /** Attaches a program as its section specifies. */
  attach(program: string): Link;
  /** Attaches a program to a cgroup and its descendants. */
  attachToCgroup(program: string, cgroup: number): Link;
  attachIterator(program: string): Link;
  close(): void;
}

/** Properties of a map in the kernel: lengths in bytes, and its maximum number of entries. */
export interface MapInfo {
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly size: number;
}

/** How far a map has been read. */
export interface Position {
  /** At least as long as a key. */
  readonly at: Buffer;
  started: boolean;
}

interface Batch {
  /** Number of entries read. */
  readonly count: number;
  /** Whether the end of the map is reached. */
  readonly last: boolean;
}

const { ENOENT, E2BIG, EEXIST, EAGAIN } = constants.errno;
const LOAD_ATTEMPTS = 20;
const BPF_ANY = 0;
const BPF_NOEXIST = 1;
/** The first fields of `struct bpf_map_info`: type, id, key_size, value_size, max_entries. */
const MAP_INFO_LENGTH = 20;
/** Offset of `recursion_misses` in `struct bpf_prog_info` (include/uapi/linux/bpf.h). */
const RECURSION_MISSES = 208;
const PROG_INFO_LENGTH = 216;

type Pointer = bigint | null;
type Call<T = number> = (...args: unknown[]) => T;
type Functions = ReturnType<typeof bindFunctions>;

/** Binds libbpf through koffi. Throws if it is not installed. */
export function loadLibbpf(): Libbpf {
  const functions = bindFunctions();
  // libbpf would print many lines to standard error. The reason is returned as an error.
  functions.setPrint(null);
  return {
    load: (...args) => loadObject(functions, ...args),
    iterate: ({ fd }) => checked('bpf_iter_create', functions.createIter(fd)),
    ...mapCalls(functions),
    ...infoCalls(functions),
  };
}

function bindFunctions() {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const lib = koffi.load('libbpf.so.1');
  const libc = koffi.load(null);
  const pointer = (name: string, ...args: string[]) => lib.func(name, 'void *', args) as Call<Pointer>;
  const int = (name: string, ...args: string[]) => lib.func(name, 'int', args) as Call;
  return {
    errno: () => koffi.errno(),
    setPrint: pointer('libbpf_set_print', 'void *'),
    trimHeap: libc.func('malloc_trim', 'int', ['size_t']) as Call,

    openFile: pointer('bpf_object__open_file', 'str', 'void *'),
    loadObject: int('bpf_object__load', 'void *'),
    closeObject: lib.func('bpf_object__close', 'void', ['void *']) as Call<void>,

    findProgram: pointer('bpf_object__find_program_by_name', 'void *', 'str'),
    setAutoload: int('bpf_program__set_autoload', 'void *', 'bool'),
    setType: int('bpf_program__set_type', 'void *', 'int'),
    setAttachType: int('bpf_program__set_expected_attach_type', 'void *', 'int'),
    programFd: int('bpf_program__fd', 'void *'),
    attach: pointer('bpf_program__attach', 'void *'),
    attachCgroup: pointer('bpf_program__attach_cgroup', 'void *', 'int'),
    attachIter: pointer('bpf_program__attach_iter', 'void *', 'void *'),
    linkFd: int('bpf_link__fd', 'void *'),
    destroyLink: int('bpf_link__destroy', 'void *'),
    createIter: int('bpf_iter_create', 'int'),

    findMap: pointer('bpf_object__find_map_by_name', 'void *', 'str'),
    findMapFd: int('bpf_object__find_map_fd_by_name', 'void *', 'str'),
    nextMap: pointer('bpf_object__next_map', 'void *', 'void *'),
    mapName: lib.func('bpf_map__name', 'str', ['void *']) as Call<string>,
    reuseMap: int('bpf_map__reuse_fd', 'void *', 'int'),
    setMaxEntries: int('bpf_map__set_max_entries', 'void *', 'uint32'),
    lookupElem: int('bpf_map_lookup_elem', 'int', 'void *', 'void *'),
    takeElem: int('bpf_map_lookup_and_delete_elem', 'int', 'void *', 'void *'),
    updateElem: int('bpf_map_update_elem', 'int', 'void *', 'void *', 'uint64'),
    lookupBatch: int('bpf_map_lookup_batch', 'int', ...Array<string>(6).fill('void *')),
    infoByFd: int('bpf_obj_get_info_by_fd', 'int', 'void *', 'void *'),
  };
}

function checked(name: string, returned: number): number {
  if (returned < 0) throw new SyscallError(name, -returned);
  return returned;
}

/** The verifier stops on any signal, even a profiler's (kernel/bpf/verifier.c, do_check). */
function loadObject(functions: Functions, ...args: Parameters<Libbpf['load']>): KernelObject {
  for (let attempt = 1; ; attempt++) {
    try {
      return tryToLoad(functions, ...args);
    } catch (error) {
      if ((error as SyscallError).errno !== EAGAIN || attempt === LOAD_ATTEMPTS) throw error;
    }
  }
}

function tryToLoad(
  functions: Functions,
  path: string,
  programs: Readonly<Record<string, ProgramOverride>> = {},
  maxEntries: Readonly<Record<string, number>> = {},
  shared?: KernelObject,
): KernelObject {
  const object = found(functions, 'bpf_object__open_file', functions.openFile(path, null));
  try {
    for (const [name, override] of Object.entries(programs))
      overrideProgram(functions, findProgram(functions, object, name), override);
    for (const [name, size] of Object.entries(maxEntries)) {
      const map = found(functions, `map ${name}`, functions.findMap(object, name));
      checked(`max_entries of ${name}`, functions.setMaxEntries(map, size));
    }
    if (shared) shareMaps(functions, object, shared);
    checked('bpf_object__load', functions.loadObject(object));
  } catch (error) {
    functions.closeObject(object);
    throw error;
  }
  // libbpf has parsed the kernel's BTF, megabytes of it, and does not need it again.
  functions.trimHeap(0);
  return kernelObject(functions, object);
}

function overrideProgram(functions: Functions, program: Pointer, override: ProgramOverride): void {
  if (override === 'omit') {
    checked('bpf_program__set_autoload', functions.setAutoload(program, false));
    return;
  }
  checked('bpf_program__set_type', functions.setType(program, override.type));
  checked('bpf_program__set_expected_attach_type', functions.setAttachType(program, override.attachType));
}

function shareMaps(functions: Functions, object: Pointer, shared: KernelObject): void {
  for (let map = functions.nextMap(object, null); map; map = functions.nextMap(object, map)) {
    const name = functions.mapName(map);
    if (shared.has(name)) checked(`sharing ${name}`, functions.reuseMap(map, shared.map(name)));
  }
}

function kernelObject(functions: Functions, object: Pointer): KernelObject {
  const program = (name: string) => findProgram(functions, object, name);
  const linkOf = (name: string, returned: Pointer): Link => {
    const link = found(functions, `attaching ${name}`, returned);
    return { fd: functions.linkFd(link), close: () => void functions.destroyLink(link) };
  };
  return {
    map: (name) => checked(`map ${name}`, functions.findMapFd(object, name)),
    has: (name) => functions.findMapFd(object, name) >= 0,
    program: (name) => functions.programFd(program(name)),
    attach: (name) => linkOf(name, functions.attach(program(name))),
    attachToCgroup: (name, cgroup) => linkOf(name, functions.attachCgroup(program(name), cgroup)),
    attachIterator: (name) => linkOf(name, functions.attachIter(program(name), null)),
    close: () => functions.closeObject(object),
  };
}

function findProgram(functions: Functions, object: Pointer, name: string): Pointer {
  return found(functions, `program ${name}`, functions.findProgram(object, name));
}

function found(functions: Functions, name: string, returned: Pointer): Pointer {
  if (!returned) throw new SyscallError(name, functions.errno());
  return returned;
}

function mapCalls(
  functions: Functions,
): Pick<Libbpf, 'lookup' | 'take' | 'update' | 'insert' | 'lookupBatch'> {
  const exists = (name: string, returned: number) => returned !== -ENOENT && checked(name, returned) === 0;
  const { lookupElem, takeElem, updateElem, lookupBatch } = functions;
  return {
    lookup: (map, key, value) => exists('bpf_map_lookup_elem', lookupElem(map, key, value)),
    take: (map, key, value) => exists('bpf_map_lookup_and_delete_elem', takeElem(map, key, value)),
    update: (map, key, value) => void checked('bpf_map_update_elem', updateElem(map, key, value, BPF_ANY)),
    insert(map, key, value) {
      const returned = updateElem(map, key, value, BPF_NOEXIST);
      if (returned === -EEXIST) return 'exists';
      if (returned === -E2BIG) return 'full';
      checked('bpf_map_update_elem', returned);
      return 'inserted';
    },
    lookupBatch(map, position, keys, values, count) {
      const counted = new Uint32Array([count]);
      const from = position.started ? position.at : null;
      const returned = lookupBatch(map, from, position.at, keys, values, counted, null);
      if (returned !== -ENOENT) checked('bpf_map_lookup_batch', returned);
      position.started = true;
      return { count: counted[0] ?? 0, last: returned === -ENOENT };
    },
  };
}

function infoCalls({ infoByFd }: Functions): Pick<Libbpf, 'mapInfo' | 'misses'> {
  const infoOf = (fd: number, length: number): Buffer => {
    const info = Buffer.alloc(length);
    checked('bpf_obj_get_info_by_fd', infoByFd(fd, info, new Uint32Array([length])));
    return info;
  };
  return {
    mapInfo(map) {
      const info = infoOf(map, MAP_INFO_LENGTH);
      return {
        keyBytes: info.readUInt32LE(8),
        valueBytes: info.readUInt32LE(12),
        size: info.readUInt32LE(16),
      };
    },
    misses: (program) => Number(infoOf(program, PROG_INFO_LENGTH).readBigUInt64LE(RECURSION_MISSES)),
  };
}
