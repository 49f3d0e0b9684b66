// Loaded into a server under measurement: collects garbage and tells its memory when its parent asks over the
// extra channel. The server itself knows nothing of it.
const fs = require('node:fs');

const fd = Number(process.env.DRIVER_PLIST_MEASURE_FD);
process.on('SIGUSR2', () => {
  global.gc?.();
  global.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, rss, external } = process.memoryUsage();
  fs.writeSync(fd, `${JSON.stringify({ cpuMs: (user + system) / 1000, heapUsed, external, rss })}\n`);
});
