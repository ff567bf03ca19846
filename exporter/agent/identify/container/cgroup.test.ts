import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCgroup } from './cgroup.ts';

const A = '7951fb549ab99e0722a949b6c121634e1f3a36b5bacbe5392991e3b12251e6b8';
const B = 'eefb2b2ee52bc02fd916e11c0d723a7b0a5af8fc05940091c91960523aaf0bad';
const UID = '63b3ebfc-2890-11e9-8154-16bf8ef8d9dc';
const UID_ = UID.replaceAll('-', '_');
const STATIC_UID = '187bff14cccb94f179e943eacce55bb3';

// Forms as found on real hosts; only the ids are exchanged. The source stands beside each.
describe('finds the container in the path', () => {
  it.each([
    // Docker 20.10 with the cgroupfs driver, read on a hybrid host
    [`/docker/${A}`, 'docker'],
    // github.com/vishvananda/netns/pull/10
    [`/system.slice/docker-${A}.scope`, 'docker'],
    // Docker with --cgroup-parent, by the format of moby/moby daemon/oci_linux.go
    [`/batch.slice/docker-${A}.scope`, 'docker'],
    [`/batch/${A}`, 'unknown'],
    // github.com/falcosecurity/plugins/pull/1378
    [`/system.slice/nerdctl-${A}.scope`, 'containerd'],
    // nerdctl with the cgroupfs driver: /NAMESPACE/ID
    [`/default/${A}`, 'unknown'],
    // github.com/podman-container-tools/podman/issues/10602, systemd in the container
    [`/machine.slice/libpod-${A}.scope/init.scope`, 'podman'],
    // github.com/podman-container-tools/podman/issues/6400, rootless in a pod
    [
      `/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_${B}.slice/libpod-${A}.scope/container`,
      'podman',
    ],
    // github.com/opencontainers/runc/issues/2163
    [`/libpod_parent/libpod-${A}`, 'podman'],
    // github.com/containers/crun/issues/703: Docker in Podman
    [`/machine.slice/libpod-${B}.scope/docker/${A}/`, 'docker'],
    // From within another cgroup namespace, cgroup_namespaces(7)
    [`/../${A}`, 'unknown'],
    [`/../docker-${A}.scope`, 'docker'],
    [`/docker/${A} (deleted)`, 'docker'],
  ])('%s', (path, runtime) => {
    expect(parseCgroup(`0::${path}\n`)).toEqual({ runtime, containerId: A });
  });
});

describe('finds the pod in the path', () => {
  it.each([
    // The tests of falcosecurity/libs, runc.cpp, for the four kinds of driver and runtime
    [`/kubepods/besteffort/pod${UID}/${A}`, 'unknown', UID],
    [`/kubepods/besteffort/pod${UID}/crio-${A}`, 'cri-o', UID],
    [
      `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/crio-${A}.scope`,
      'cri-o',
      UID,
    ],
    // A guaranteed pod has no class in its path.
    [`/kubepods/pod${UID}/${A}`, 'unknown', UID],
    [`/kubepods.slice/kubepods-pod${UID_}.slice/cri-containerd-${A}.scope`, 'containerd', UID],
    // github.com/netdata/netdata/issues/4868: a static pod
    [
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${STATIC_UID}.slice/cri-containerd-${A}.scope`,
      'containerd',
      STATIC_UID,
    ],
    // github.com/kontena/pharos-cluster/issues/440: Docker as the runtime
    [
      `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/docker-${A}.scope`,
      'docker',
      UID,
    ],
    // github.com/containerd/nri/pull/227: kind, seen from its host
    [
      `/docker/${B}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${UID_}.slice/cri-containerd-${A}.scope`,
      'containerd',
      UID,
    ],
    // github.com/containerd/cri/pull/290: what containerd makes of a slice without its systemd driver
    [
      `/system.slice/containerd.service/kubepods-burstable-pod${UID_}.slice:cri-containerd:${A}`,
      'containerd',
      UID,
    ],
    // k0s seen from within another pod's cgroup namespace
    [`/../../../burstable/pod${UID}/${A}`, 'unknown', UID],
    // Docker in a pod belongs to the pod.
    [`/kubepods/besteffort/pod${UID}/${B}/docker/${A}`, 'docker', UID],
  ])('%s', (path, runtime, podUid) => {
    expect(parseCgroup(`0::${path}\n`)).toEqual({ runtime, containerId: A, podUid });
  });
});

it('finds the container in any hierarchy', () => {
  const hybrid = `13:freezer:/\n11:files:/\n4:cpu,cpuacct:/docker/${A}\n1:name=systemd:/docker/${A}\n0::/\n`;
  expect(parseCgroup(hybrid)?.containerId).toBe(A);
});

describe('finds no container', () => {
  it.each([
    '',
    '0::/\n',
    '0::/system.slice/nginx.service\n',
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn.scope\n',
    // What watches over a container is outside of it.
    `0::/machine.slice/libpod-conmon-${A}.scope\n`,
    `0::/system.slice/crio-conmon-${A}.scope\n`,
    // Podman with --cgroups=split, as Quadlet has it: its unit names it.
    `0::/system.slice/web.service/libpod-payload-${A}\n`,
    `0::/docker/${A}f\n`,
    `0::/docker/${A.toUpperCase()}\n`,
    // Not a line of the file
    `/docker/${A}\n`,
  ])('in %j', (text) => {
    expect(parseCgroup(text)).toBeUndefined();
  });
});

it('accepts any text, and returns only well-formed ids', () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('..', 'docker', 'kubepods', `pod${UID}`, A, `docker-${A}.scope`, `:cri-containerd:${B}`),
  );
  const line = fc.tuple(fc.constantFrom('0::', '4:cpu,cpuacct:', ''), fc.array(part));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const container = parseCgroup(lines.map(([start, parts]) => `${start}/${parts.join('/')}`).join('\n'));
      if (container) expect(container.containerId).toMatch(/^[0-9a-f]{64}$/);
      if (container?.podUid) expect(container.podUid).toMatch(/^[0-9a-f-]{32,36}$/);
    }),
    { numRuns: 500 },
  );
});
