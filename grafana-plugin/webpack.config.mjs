import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import CopyPlugin from 'copy-webpack-plugin';

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const { version } = JSON.parse(readFileSync(path('./package.json'), 'utf8'));

/** Modules that Grafana provides to every plugin at run time: never bundled. */
export const SHARED = [
  'lodash',
  'jquery',
  'moment',
  'slate',
  'emotion',
  '@emotion/react',
  '@emotion/css',
  'prismjs',
  'slate-plain-serializer',
  '@grafana/slate-react',
  'react',
  'react/jsx-runtime',
  'react/jsx-dev-runtime',
  'react-dom',
  'react-redux',
  'redux',
  'rxjs',
  'i18next',
  'react-router',
  'd3',
  'angular',
];

const fillPlaceholders = (/** @type {Buffer} */ content) =>
  content
    .toString()
    .replaceAll('%VERSION%', version)
    .replaceAll('%TODAY%', new Date().toISOString().slice(0, 10));

/** @type {import('webpack').Configuration} */
export default {
  target: ['web', 'es2020'],
  context: path('./src'),
  entry: { module: './module.ts' },
  devtool: 'source-map',
  externals: [
    // The AMD pseudo-module with the URL of this bundle (public-path.ts).
    { 'amd-module': 'module' },
    ...SHARED,
    /^@grafana\/(ui|runtime|data)/i,
  ],
  resolve: {
    extensions: ['.ts', '.tsx', '.js'],
    // A mock language in @grafana/i18n that only Grafana itself loads.
    alias: { 'i18next-pseudo': false },
  },
  module: {
    // A single file.
    parser: { javascript: { dynamicImportMode: 'eager' } },
    rules: [
      { resourceQuery: /^\?text$/, loader: path('./worker-text-loader.mjs') },
      {
        test: /\.tsx?$/,
        resourceQuery: { not: /^\?text$/ },
        exclude: /node_modules/,
        loader: 'swc-loader',
        options: {
          jsc: {
            target: 'es2020',
            parser: { syntax: 'typescript', tsx: true },
            transform: { react: { runtime: 'automatic' } },
          },
        },
      },
    ],
  },
  output: {
    path: path('./dist'),
    filename: '[name].js',
    library: { type: 'amd' },
    publicPath: 'public/plugins/musubi-dependencies-panel/',
    uniqueName: 'musubi-dependencies-panel',
    clean: true,
  },
  plugins: [
    new CopyPlugin({
      patterns: [
        { from: 'plugin.json', transform: fillPlaceholders },
        { from: 'README.md' },
        { from: 'img', to: 'img' },
        { from: 'locales/*/*.json' },
        { from: '../../LICENSE', to: 'LICENSE', toType: 'file' },
      ],
    }),
  ],
  performance: { hints: false },
};
