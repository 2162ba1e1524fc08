// Included once per instruction set, inside a namespace of its own, with MLO_WIDTH floats in a
// vector. GCC's vector extensions; no standard library here: an inline function of it compiled for
// AVX-512 must not become the copy that other files link to.

typedef float Vector __attribute__((vector_size(MLO_WIDTH * 4), aligned(4), may_alias));
typedef int32_t IntVector __attribute__((vector_size(MLO_WIDTH * 4)));

// Small fixed loops are unrolled whole: only then do the sums of a tile live in registers.
#define MLO_UNROLL _Pragma("GCC unroll 16")

inline Vector load(const float* at) { return *reinterpret_cast<const Vector*>(at); }
inline void store(float* at, Vector value) { *reinterpret_cast<Vector*>(at) = value; }
inline Vector all(float value) { return value - Vector{}; }

// Rows x (Columns vectors) of c stay in registers over the whole of k.
template <size_t Rows, size_t Columns>
inline void tile(size_t k, Matrix a, const float* b, size_t ldb, float* c, size_t ldc, bool start) {
  Vector sum[Rows][Columns];
  MLO_UNROLL for (size_t r = 0; r < Rows; ++r) MLO_UNROLL for (size_t j = 0; j < Columns; ++j)
      sum[r][j] = start ? load(c + r * ldc + j * MLO_WIDTH) : Vector{};
  for (size_t i = 0; i < k; ++i) {
    Vector right[Columns];
    MLO_UNROLL for (size_t j = 0; j < Columns; ++j) right[j] = load(b + i * ldb + j * MLO_WIDTH);
    const float* left = a.data + static_cast<ptrdiff_t>(i) * a.column;
    MLO_UNROLL for (size_t r = 0; r < Rows; ++r) {
      Vector value = all(left[static_cast<ptrdiff_t>(r) * a.row]);
      MLO_UNROLL for (size_t j = 0; j < Columns; ++j) sum[r][j] += value * right[j];
    }
  }
  MLO_UNROLL for (size_t r = 0; r < Rows; ++r) MLO_UNROLL for (size_t j = 0; j < Columns; ++j)
      store(c + r * ldc + j * MLO_WIDTH, sum[r][j]);
}

template <size_t Rows, size_t Columns>
inline void stripes(size_t n, size_t k, Matrix a, const float* b, size_t ldb, float* c, size_t ldc,
                    bool start) {
  constexpr size_t kStep = Columns * MLO_WIDTH;
  size_t j = 0;
  for (; j + kStep <= n; j += kStep) tile<Rows, Columns>(k, a, b + j, ldb, c + j, ldc, start);
  for (; j < n; j += MLO_WIDTH) tile<Rows, 1>(k, a, b + j, ldb, c + j, ldc, start);
}

void multiply(size_t m, size_t n, size_t k, Matrix a, const float* b, size_t ldb, float* c,
              size_t ldc, bool start) {
  size_t i = 0;
  for (; i + MLO_ROWS <= m; i += MLO_ROWS) {
    stripes<MLO_ROWS, MLO_COLUMNS>(n, k, a, b, ldb, c, ldc, start);
    a.data += MLO_ROWS * a.row;
    c += MLO_ROWS * ldc;
  }
  for (; i + 2 <= m; i += 2) {
    stripes<2, MLO_COLUMNS>(n, k, a, b, ldb, c, ldc, start);
    a.data += 2 * a.row;
    c += 2 * ldc;
  }
  // One row alone: more columns at once, so that the additions do not wait for each other.
  if (i < m) stripes<1, 64 / MLO_WIDTH>(n, k, a, b, ldb, c, ldc, start);
}

inline Vector choose(IntVector mask, Vector yes, Vector no) {
  return (Vector)((mask & (IntVector)yes) | (~mask & (IntVector)no));
}

// e^x by 2^n times a polynomial on [-ln2/2, ln2/2] (Cephes expf), within 2 ulp; clamped at +-87.
inline Vector exponential(Vector x) {
  x = choose(x > all(87.0f), all(87.0f), x);
  x = choose(x < all(-87.0f), all(-87.0f), x);
  Vector scaled = x * all(1.44269504088896341f);
  // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
  Vector shifted = scaled + all(12582912.0f);
  IntVector power = (IntVector)shifted - (IntVector)all(12582912.0f);
  Vector whole = shifted - all(12582912.0f);
  Vector r = x - whole * all(0.693359375f) + whole * all(2.12194440e-4f);
  Vector p = all(1.9875691500e-4f);
  p = p * r + all(1.3981999507e-3f);
  p = p * r + all(8.3334519073e-3f);
  p = p * r + all(4.1665795894e-2f);
  p = p * r + all(1.6666665459e-1f);
  p = p * r + all(5.0000001201e-1f);
  p = p * r * r + r + all(1.0f);
  return p * (Vector)((power + 127) << 23);
}

void activate(Activation activation, float* values, size_t count) {
  const Vector zero{}, one = all(1.0f);
  for (size_t i = 0; i < count; i += MLO_WIDTH) {
    Vector x = load(values + i);
    switch (activation) {
      case Activation::none:
        return;
      case Activation::relu:
        x = choose(x <= zero, zero, x);  // NaN is no number to hide behind a 0
        break;
      case Activation::leaky_relu:
        x = choose(x > zero, x, x * all(0.01f));
        break;
      case Activation::tanh:
        x = one - all(2.0f) / (exponential(x + x) + one);
        break;
      case Activation::sigmoid:
        x = one / (one + exponential(-x));
        break;
    }
    store(values + i, x);
  }
}

void activate_backward(Activation activation, const float* outputs, float* gradient, size_t count) {
  const Vector zero{}, one = all(1.0f);
  for (size_t i = 0; i < count; i += MLO_WIDTH) {
    Vector y = load(outputs + i), g = load(gradient + i);
    switch (activation) {
      case Activation::none:
        return;
      case Activation::relu:
        g = choose(y > zero, g, zero);
        break;
      case Activation::leaky_relu:
        g = choose(y > zero, g, g * all(0.01f));
        break;
      case Activation::tanh:
        g = g * (one - y * y);
        break;
      case Activation::sigmoid:
        g = g * y * (one - y);
        break;
    }
    store(gradient + i, g);
  }
}

void add(float* sum, const float* values, size_t count) {
  for (size_t i = 0; i < count; i += MLO_WIDTH) store(sum + i, load(sum + i) + load(values + i));
}

inline Vector root(Vector x) {
  Vector out;
  MLO_UNROLL for (int i = 0; i < MLO_WIDTH; ++i) out[i] = __builtin_sqrtf(x[i]);
  return out;
}

// As torch.optim.Adam, one pass over all parameters.
void adam(float* weights, const float* gradient, float* first, float* second, size_t count,
          const AdamStep& s) {
  for (size_t i = 0; i < count; i += MLO_WIDTH) {
    Vector w = load(weights + i);
    Vector g = load(gradient + i) + w * all(s.weight_decay);
    Vector m = load(first + i) * all(s.beta1) + g * all(1 - s.beta1);
    Vector v = load(second + i) * all(s.beta2) + g * g * all(1 - s.beta2);
    store(first + i, m);
    store(second + i, v);
    store(weights + i,
          w - m * all(s.step_size) / (root(v) * all(s.root_correction) + all(s.epsilon)));
  }
}

void sgd(float* weights, const float* gradient, float* velocity, size_t count, const SgdStep& s) {
  for (size_t i = 0; i < count; i += MLO_WIDTH) {
    Vector w = load(weights + i);
    Vector v = load(velocity + i) * all(s.momentum) + load(gradient + i) + w * all(s.weight_decay);
    store(velocity + i, v);
    store(weights + i, w - v * all(s.lr));
  }
}
