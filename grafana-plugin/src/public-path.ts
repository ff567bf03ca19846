// Grafana may serve plugins from a sub-path or a CDN: chunks and assets are loaded from the URL of this bundle.
// @ts-expect-error the AMD pseudo-module; webpack leaves it to the loader
import amdModule from 'amd-module';

declare let __webpack_public_path__: string;

const uri: unknown = amdModule?.uri;
if (typeof uri === 'string') __webpack_public_path__ = uri.slice(0, uri.lastIndexOf('/') + 1);
