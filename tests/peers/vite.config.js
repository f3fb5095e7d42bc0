// Puts Cornerstone3D together for a browser, as its documentation tells (Vite).
export default {
  root: 'cornerstone',
  base: '/',
  build: { outDir: '../../../target/peers/cornerstone', emptyOutDir: true, target: 'esnext', chunkSizeWarningLimit: 8192 },
  optimizeDeps: { exclude: ['@cornerstonejs/dicom-image-loader'], include: ['dicom-parser'] },
  worker: { format: 'es' },
};
