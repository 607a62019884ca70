/// `x` where positive, `slope · x` elsewhere, the slope learnt per channel.
///
/// x `[…, C]`, slope with C elements or one (leading extents of 1 are allowed). He et al. 2015, equation 1.
struct Prelu {}
