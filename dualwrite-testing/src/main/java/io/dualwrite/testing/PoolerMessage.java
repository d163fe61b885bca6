package io.dualwrite.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A message of PostgreSQL's protocol: its type, and what follows its length. */
record PoolerMessage(char type, byte[] body) {
  static PoolerMessage read(DataInputStream in) throws IOException {
    char type = (char) in.readUnsignedByte();
    byte[] body = new byte[in.readInt() - 4];
    in.readFully(body);
    return new PoolerMessage(type, body);
  }

  void write(OutputStream out) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(body.length + 5);
    all.put((byte) type).putInt(body.length + 4).put(body);
    out.write(all.array());
  }

  int number() {
    return ByteBuffer.wrap(body).getInt();
  }
}
