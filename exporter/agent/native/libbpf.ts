import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { SyscallError } from './syscall-error.ts';

/** A program of a loaded object, attached; it runs until closed, or until this process ends. */
export interface Link {
  readonly fd: number;
  close(): void;
}

/** What Musubi uses of libbpf (libbpf.so.1). Calls throw a `SyscallError` with the kernel's reason. */
export interface Libbpf {
  /**
   * Loads all programs and maps of a compiled object into the kernel, `special` programs as they say and maps with
   * `room` for as many entries instead of what the object has.
   */
  load(
    path: string,
    special?: Readonly<Record<string, Special>>,
    room?: Readonly<Record<string, number>>,
  ): KernelObject;
  /** Starts an iterator program: a file descriptor to read its output from. */
  iterate(link: Link): number;
  /** Reads one value; false when there is none. */
  lookup(map: number, key: Buffer, value: Buffer): boolean;
  /** Reads one value and takes it out, in one step; false when there is none. */
  take(map: number, key: Buffer, value: Buffer): boolean;
  update(map: number, key: Buffer, value: Buffer): void;
  /** Enters a value where there is none; tells why not otherwise. */
  insert(map: number, key: Buffer, value: Buffer): 'inserted' | 'exists' | 'full';
  /** How a map is made in the kernel. */
  mapInfo(map: number): MapInfo;
  /**
   * Reads as many entries as fit, from where `position` tells (empty at first, then as the call before left it).
   * Returns how many were read, and whether they were the last.
   */
  lookupBatch(map: number, position: Position, keys: Buffer, values: Buffer, count: number): Batch;
  /** How often the kernel did not run a program because it was running already on the same CPU (since 5.12). */
  misses(program: number): number;
}

/** A program left out, or of a kind that this libbpf does not know by the name of its section. */
export type Special = 'omit' | { readonly type: number; readonly attachType: number };

export interface KernelObject {
  /** The file descriptor of a map. */
  map(name: string): number;
  /** The file descriptor of a program. */
  program(name: string): number;
  /** Attaches a program to the place its section names. */
  attach(program: string): Link;
  /** Attaches a program to a cgroup and all below it. */
  attachToCgroup(program: string, cgroup: number): Link;
  attachIterator(program: string): Link;
  close(): void;
}

/** Lengths in bytes, and how many entries there is room for. */
export interface MapInfo {
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly size: number;
}

export interface Position {
  /** At least as long as a key. */
  readonly at: Buffer;
  started: boolean;
}

export interface Batch {
  readonly count: number;
  readonly last: boolean;
}

const { ENOENT, E2BIG, EEXIST, EAGAIN, ENOSPC } = constants.errno;
const LOAD_ATTEMPTS = 20;
const BPF_ANY = 0;
const BPF_NOEXIST = 1;
/** The start of `struct bpf_map_info`: type, id, key_size, value_size, max_entries. */
const MAP_INFO_LENGTH = 20;
/** `struct bpf_prog_info` of include/uapi/linux/bpf.h: `recursion_misses` and what comes before. */
const RECURSION_MISSES = 208;
const PROG_INFO_LENGTH = 216;

type Pointer = bigint | null;
type Call<T = number> = (...args: unknown[]) => T;

/** Binds libbpf through koffi. Throws when it is not installed. */
export function loadLibbpf(): Libbpf {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const lib = koffi.load('libbpf.so.1');
  const libc = koffi.load(null);
  const returning =
    (type: string) =>
    <T>(name: string, ...args: string[]) =>
      lib.func(name, type, args) as Call<T>;
  const pointer = returning('void *');
  const number = returning('int');

  const openFile = pointer<Pointer>('bpf_object__open_file', 'str', 'void *');
  const loadObject = number<number>('bpf_object__load', 'void *');
  const closeObject = returning('void')<void>('bpf_object__close', 'void *');
  const findProgram = pointer<Pointer>('bpf_object__find_program_by_name', 'void *', 'str');
  const setAutoload = number<number>('bpf_program__set_autoload', 'void *', 'bool');
  const setType = number<number>('bpf_program__set_type', 'void *', 'int');
  const setAttachType = number<number>('bpf_program__set_expected_attach_type', 'void *', 'int');
  const findMapObject = pointer<Pointer>('bpf_object__find_map_by_name', 'void *', 'str');
  const setRoom = number<number>('bpf_map__set_max_entries', 'void *', 'uint32');
  const findMap = number<number>('bpf_object__find_map_fd_by_name', 'void *', 'str');
  const programFd = number<number>('bpf_program__fd', 'void *');
  const attach = pointer<Pointer>('bpf_program__attach', 'void *');
  const attachCgroup = pointer<Pointer>('bpf_program__attach_cgroup', 'void *', 'int');
  const attachIter = pointer<Pointer>('bpf_program__attach_iter', 'void *', 'void *');
  const linkFd = number<number>('bpf_link__fd', 'void *');
  const destroyLink = number<number>('bpf_link__destroy', 'void *');
  const createIter = number<number>('bpf_iter_create', 'int');
  const lookupElem = number<number>('bpf_map_lookup_elem', 'int', 'void *', 'void *');
  const takeElem = number<number>('bpf_map_lookup_and_delete_elem', 'int', 'void *', 'void *');
  const updateElem = number<number>('bpf_map_update_elem', 'int', 'void *', 'void *', 'uint64');
  const lookupSome = number<number>(
    ...(['bpf_map_lookup_batch', 'int', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *'] as const),
  );
  const infoByFd = number<number>('bpf_obj_get_info_by_fd', 'int', 'void *', 'void *');
  const setPrint = pointer<Pointer>('libbpf_set_print', 'void *');
  const trim = libc.func('malloc_trim', 'int', ['size_t']) as Call;
  // It would tell its troubles on standard error, in many lines; what matters comes back as an error.
  setPrint(null);

  function checked(name: string, returned: number): number {
    if (returned < 0) throw new SyscallError(name, -returned);
    return returned;
  }

  function present(name: string, returned: Pointer): Pointer {
    if (!returned) throw new SyscallError(name, koffi.errno());
    return returned;
  }

  function linkOf(name: string, returned: Pointer): Link {
    const link = present(name, returned);
    return { fd: linkFd(link), close: () => void destroyLink(link) };
  }

  function prepare(program: Pointer, how: Special): void {
    if (how === 'omit') checked('bpf_program__set_autoload', setAutoload(program, false));
    else {
      checked('bpf_program__set_type', setType(program, how.type));
      checked('bpf_program__set_expected_attach_type', setAttachType(program, how.attachType));
    }
  }

  /** The verifier gives up on a signal (kernel/bpf/verifier.c, do_check), be it a profiler's. */
  function load(...args: Parameters<Libbpf['load']>): KernelObject {
    for (let attempt = 1; ; attempt++) {
      try {
        return tryToLoad(...args);
      } catch (error) {
        if ((error as SyscallError).errno !== EAGAIN || attempt === LOAD_ATTEMPTS) throw error;
      }
    }
  }

  function tryToLoad(
    path: string,
    special: Readonly<Record<string, Special>> = {},
    room: Readonly<Record<string, number>> = {},
  ): KernelObject {
    const object = present('bpf_object__open_file', openFile(path, null));
    try {
      for (const [name, how] of Object.entries(special))
        prepare(present(`program ${name}`, findProgram(object, name)), how);
      for (const [name, size] of Object.entries(room))
        checked(`room of ${name}`, setRoom(present(`map ${name}`, findMapObject(object, name)), size));
      checked('bpf_object__load', loadObject(object));
    } catch (error) {
      closeObject(object);
      throw error;
    }
    // libbpf has read the kernel's type information, megabytes of it, and will not again.
    trim(0);
    const find = (name: string) => present(`program ${name}`, findProgram(object, name));
    return {
      map: (name) => checked(`map ${name}`, findMap(object, name)),
      program: (name) => programFd(find(name)),
      attach: (name) => linkOf(`attaching ${name}`, attach(find(name))),
      attachToCgroup: (name, cgroup) => linkOf(`attaching ${name}`, attachCgroup(find(name), cgroup)),
      attachIterator: (name) => linkOf(`attaching ${name}`, attachIter(find(name), null)),
      close: () => closeObject(object),
    };
  }

  const optional = (name: string, returned: number) => returned !== -ENOENT && checked(name, returned) === 0;

  return {
    load,
    iterate: ({ fd }) => checked('bpf_iter_create', createIter(fd)),
    lookup: (map, key, value) => optional('bpf_map_lookup_elem', lookupElem(map, key, value)),
    take: (map, key, value) => optional('bpf_map_lookup_and_delete_elem', takeElem(map, key, value)),
    update: (map, key, value) => void checked('bpf_map_update_elem', updateElem(map, key, value, BPF_ANY)),
    insert(map, key, value) {
      const returned = updateElem(map, key, value, BPF_NOEXIST);
      if (returned === -EEXIST) return 'exists';
      if (returned === -E2BIG) return 'full';
      checked('bpf_map_update_elem', returned);
      return 'inserted';
    },
    mapInfo(map) {
      const info = Buffer.alloc(MAP_INFO_LENGTH);
      checked('bpf_obj_get_info_by_fd', infoByFd(map, info, new Uint32Array([info.length])));
      return {
        keyBytes: info.readUInt32LE(8),
        valueBytes: info.readUInt32LE(12),
        size: info.readUInt32LE(16),
      };
    },
    lookupBatch(map, position, keys, values, count) {
      const counted = new Uint32Array([count]);
      const from = position.started ? position.at : null;
      const returned = lookupSome(map, from, position.at, keys, values, counted, null);
      if (returned === -ENOSPC) throw new SyscallError('bpf_map_lookup_batch', ENOSPC);
      if (returned < 0 && returned !== -ENOENT) throw new SyscallError('bpf_map_lookup_batch', -returned);
      position.started = true;
      return { count: counted[0] ?? 0, last: returned === -ENOENT };
    },
    misses(program) {
      const info = Buffer.alloc(PROG_INFO_LENGTH);
      checked('bpf_obj_get_info_by_fd', infoByFd(program, info, new Uint32Array([info.length])));
      return Number(info.readBigUInt64LE(RECURSION_MISSES));
    },
  };
}
