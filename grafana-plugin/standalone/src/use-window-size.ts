import { useEffect, useState } from 'react';

const measure = () => ({ width: window.innerWidth, height: window.innerHeight });

/** The size of the window, kept up to date. */
export function useWindowSize(): { width: number; height: number } {
  const [size, setSize] = useState(measure);
  useEffect(() => {
    const onResize = () => setSize(measure());
    window.addEventListener('resize', onResize);
    return () => window.removeEventListener('resize', onResize);
  }, []);
  return size;
}
