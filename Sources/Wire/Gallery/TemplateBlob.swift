import struct Foundation.Data

/// Features as stored: little-endian float32, one after the other.
package enum TemplateBlob {
    package static func encode(_ features: [Float]) -> Data {
        var data = Data(capacity: 4 * features.count)
        for feature in features {
            withUnsafeBytes(of: feature.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        return data
    }

    /// - Returns: nil when the bytes are no whole number of floats, or none.
    package static func decode(_ data: Data) -> [Float]? {
        guard !data.isEmpty, data.count.isMultiple(of: 4) else { return nil }
        return data.withUnsafeBytes { bytes in
            (0..<data.count / 4).map { index in
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
            }
        }
    }
}
