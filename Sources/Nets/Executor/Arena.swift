/// Buffers that share one block of memory: two of them may overlap in space only when they do not in time.
struct ArenaPlan {
    /// One buffer: its size in floats and the steps between which it must be kept, both included.
    struct Request {
        let count: Int
        let lifetime: ClosedRange<Int>
    }

    /// Offsets in floats, one a request.
    let offsets: [Int]
    /// Size of the block in floats.
    let count: Int

    /// Places the largest buffers first, each at the lowest free offset. Pisarchyk, Lee 2020, "Efficient Memory Management
    /// for Deep Neural Net Inference", section 5 (greedy by size).
    init(_ requests: [Request]) {
        let line = Tensor.alignment / MemoryLayout<Float>.stride
        let sizes = requests.map { max(1, ($0.count + line - 1) / line) * line }
        var offsets = [Int](repeating: 0, count: requests.count)
        var placed: [Int] = []
        var end = 0
        for index in requests.indices.sorted(by: { (sizes[$1], $0) < (sizes[$0], $1) }) {
            let neighbours =
                placed.filter { requests[$0].lifetime.overlaps(requests[index].lifetime) }
                .sorted { offsets[$0] < offsets[$1] }
            var offset = 0
            for neighbour in neighbours {
                if offset + sizes[index] <= offsets[neighbour] { break }
                offset = max(offset, offsets[neighbour] + sizes[neighbour])
            }
            offsets[index] = offset
            placed.append(index)
            end = max(end, offset + sizes[index])
        }
        self.offsets = offsets
        count = end
    }
}
