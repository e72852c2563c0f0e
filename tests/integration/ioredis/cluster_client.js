// Reads and writes through ioredis in cluster mode, which opens each connection with
// HELLO 3, CLIENT SETINFO and INFO. Arguments: host and port of any node.
'use strict'

const assert = require('node:assert')
const Redis = require('ioredis')

async function main (host, port) {
  const cluster = new Redis.Cluster([{ host, port: Number(port) }], {
    enableReadyCheck: true,
    clusterRetryStrategy: (times) => (times > 20 ? null : 100)
  })
  cluster.on('error', (error) => { throw error })
  try {
    const keys = Array.from({ length: 200 }, (_, i) => `ioredis:${i}`)
    await Promise.all(keys.map((key, i) => cluster.set(key, String(i))))
    const values = await Promise.all(keys.map((key) => cluster.get(key)))
    assert.deepStrictEqual(values, keys.map((_, i) => String(i)))

    await cluster.del('{ioredis}counter')
    assert.strictEqual(await cluster.incrby('{ioredis}counter', 5), 5)
    assert.strictEqual(await cluster.mset('{ioredis}a', '1', '{ioredis}b', '2'), 'OK')
    assert.deepStrictEqual(await cluster.mget('{ioredis}a', '{ioredis}b', '{ioredis}c'),
      ['1', '2', null])
    const pipeline = cluster.pipeline()
    for (let i = 0; i < 100; ++i) pipeline.incr('{ioredis}counter')
    const results = await pipeline.exec()
    assert.deepStrictEqual(results.map(([error, value]) => [error, value]),
      Array.from({ length: 100 }, (_, i) => [null, 6 + i]))
    assert.strictEqual(await cluster.del('{ioredis}a', '{ioredis}b'), 2)
    console.log(`ioredis: ${cluster.nodes('master').length} masters, all as expected`)
  } finally {
    cluster.disconnect()
  }
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error)
  process.exit(1)
})
