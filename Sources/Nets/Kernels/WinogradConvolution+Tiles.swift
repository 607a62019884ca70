/// The way of tiles out of a picture and into one, with what neighbours would do in passes of their own.
extension WinogradConvolution {
    /// Picture, row and column of a tile of the batch.
    func place(of tile: Int) -> (picture: Int, row: Int, column: Int) {
        let (picture, index) = tile.quotientAndRemainder(dividingBy: tilesAcross * tilesDown)
        return (picture, index / tilesAcross * side, index % tilesAcross * side)
    }

    /// Transforms one tile; what lies outside its picture is as ``border`` says.
    func gather(
        _ source: Source, tile: Int, patch: Floats, scratch: Floats, into target: Floats, stride: Int
    ) {
        let place = place(of: tile)
        let (row, column) = (place.row - top, place.column - left)
        guard depth == channels, row >= 0, column >= 0, row + reach <= source.extent(height),
            column + reach <= source.extent(width)
        else {
            patch.update(repeating: 0, count: positions * depth)
            for y in 0..<reach {
                let line = border.source(row + y, extent: height)
                if line < 0 { continue }
                for x in 0..<reach {
                    let pixel = border.source(column + x, extent: width)
                    if pixel < 0 { continue }
                    copy(source, picture: place.picture, line, pixel, to: patch + (y * reach + x) * depth)
                }
            }
            transform(patch, pixelStride: depth, rowStride: reach * depth)
            return
        }
        let first = ((place.picture * height + row) * width + column) * channels
        let rowStride = width * channels
        switch source {
        case .picture(let x):
            transform(x + first, pixelStride: channels, rowStride: rowStride)
        case .masked(let x, .output(let y)):
            transform(x + first, mask: y + first, pixelStride: channels, rowStride: rowStride)
        case .masked(let x, .routes(let routes)):
            transform(x + first, routes: routes + first, pixelStride: channels, rowStride: rowStride)
        case .pooled(let windows, let routes, let scale):
            // A tile begins a row and a column before one of outputs: in a window's lower right.
            let first = ((place.picture * (height / 2) + row / 2) * (width / 2) + column / 2) * channels
            kernels.tiles.unpooledInput(
                side: side, windows + first, routes: routes + first, scale: scale, rowStride: width / 2 * channels,
                pixelStride: channels, channels: depth, scratch: scratch, into: target, stride: stride)
        }

        func transform(
            _ tile: Floats, mask: Floats? = nil, routes: Routes? = nil, pixelStride: Int, rowStride: Int
        ) {
            kernels.tiles.input(
                side: side, tile, mask: mask, routes: routes, rowStride: rowStride, pixelStride: pixelStride,
                channels: depth, scratch: scratch, into: target, stride: stride)
        }
    }

    /// Copies one pixel of the source.
    private func copy(_ source: Source, picture: Int, _ line: Int, _ column: Int, to target: Floats) {
        let pixel = ((picture * height + line) * width + column) * channels
        switch source {
        case .picture(let x): target.update(from: x + pixel, count: channels)
        case .masked(let x, .output(let y)):
            for channel in 0..<channels { target[channel] = y[pixel &+ channel] <= 0 ? 0 : x[pixel &+ channel] }
        case .masked(let x, .routes(let routes)):
            for channel in 0..<channels { target[channel] = routes[pixel &+ channel] == 0 ? 0 : x[pixel &+ channel] }
        case .pooled(let windows, let routes, let scale):
            guard line / 2 < height / 2, column / 2 < width / 2 else { return }
            let window = ((picture * (height / 2) + line / 2) * (width / 2) + column / 2) * channels
            let code: UInt8 = 1 << UInt8(line % 2 * 2 + column % 2)
            for channel in 0..<channels {
                target[channel] = routes[window &+ channel] & code == 0 ? 0 : windows[window &+ channel] * scale
            }
        }
    }

    /// Writes one tile, without what lies outside its picture.
    ///
    /// - Parameter panel: the one panel whose `products` these are; `nil` for all.
    func scatter(
        _ products: Floats, stride: Int, panel: Int? = nil, _ finish: ConvolutionFinish, patch: Floats,
        scratch: Floats, into target: Target, tile: Int
    ) {
        let first = (panel ?? 0) * kernels.columns
        let width = panel == nil ? padded : kernels.columns
        let count = min(width, outChannels - first)
        let (bias, slopes) = (finish.bias + first, finish.slopes + first)
        let place = place(of: tile)
        switch target {
        case .picture(let y, let routes): write(to: y, routes, accumulates: false)
        case .sum(let y): write(to: y, nil, accumulates: true)
        case .pooled(let y, let routes, let averages):
            let (height, across) = (outHeight / 2, outWidth / 2)
            let (row, column) = (place.row / 2, place.column / 2)
            let windows = ((place.picture * height + row) * across + column) * outChannels + first
            if row + side / 2 <= height, column + side / 2 <= across, count == width {
                kernels.tiles.pooledOutput(
                    side: side, products, stride: stride, outputs: width, bias: bias, averages: averages,
                    scratch: scratch, into: y + windows, routes: routes.map { $0 + windows },
                    rowStride: across * outChannels, pixelStride: outChannels)
                return
            }
            // The codes lie behind the windows.
            let tall = side / 2
            let codes = UnsafeMutableRawPointer(patch + tall * tall * width).assumingMemoryBound(to: UInt8.self)
            kernels.tiles.pooledOutput(
                side: side, products, stride: stride, outputs: width, bias: bias, averages: averages,
                scratch: scratch, into: patch, routes: codes, rowStride: tall * width, pixelStride: width)
            for line in 0..<min(tall, height - row) {
                for pixel in 0..<min(tall, across - column) {
                    let source = (line * tall + pixel) * width
                    let into = windows + (line * across + pixel) * outChannels
                    (y + into).update(from: patch + source, count: count)
                    if let routes { (routes + into).update(from: codes + source, count: count) }
                }
            }
        }

        func write(to y: Floats, _ routes: Routes?, accumulates: Bool) {
            let (row, column) = (place.row, place.column)
            let into = ((place.picture * outHeight + row) * outWidth + column) * outChannels + first
            let rowStride = outWidth * outChannels
            let isInside = row + side <= outHeight && column + side <= outWidth
            if isInside, count == width {
                kernels.tiles.output(
                    side: side, products, stride: stride, outputs: width, bias: bias, slopes: slopes,
                    accumulates: accumulates, scratch: scratch, into: y + into, routes: routes.map { $0 + into },
                    rowStride: rowStride, pixelStride: outChannels)
                return
            }
            // The codes lie behind the pixels.
            let codes = UnsafeMutableRawPointer(patch + side * side * width).assumingMemoryBound(to: UInt8.self)
            kernels.tiles.output(
                side: side, products, stride: stride, outputs: width, bias: bias, slopes: slopes, accumulates: false,
                scratch: scratch, into: patch, routes: routes == nil ? nil : codes, rowStride: side * width,
                pixelStride: width)
            for line in 0..<min(side, outHeight - row) {
                for column in 0..<min(side, outWidth - column) {
                    let source = (line * side + column) * width
                    let into = into + line * rowStride + column * outChannels
                    if accumulates {
                        for channel in 0..<count { y[into + channel] += patch[source + channel] }
                    } else {
                        (y + into).update(from: patch + source, count: count)
                    }
                    if let routes { (routes + into).update(from: codes + source, count: count) }
                }
            }
        }
    }
}
