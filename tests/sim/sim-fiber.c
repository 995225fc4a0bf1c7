/* sim-fiber.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-fiber.h"

#include <errno.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

/* Pages nobody touches cost nothing. What moves the stack by less than 2 MB valgrind takes for a
 * large frame, not for another stack. */
#define STACK_BYTES (4 * 1024 * 1024)

/* The address sanitizer must be told which stack it is on. */
#ifdef TALLY_SIM_ASAN
#include <sanitizer/common_interface_defs.h>
#else
#define __sanitizer_start_switch_fiber(fake, bottom, size) ((void) (fake))
#define __sanitizer_finish_switch_fiber(fake, bottom, size) ((void) (fake))
#endif

struct _TallySimFiber
{
  ucontext_t     context;
  void          *memory;   /* owned, nullable: the thread's own; a guard page, then the stack */
  TallySimFunc   func;
  gpointer       data;     /* unowned */
  TallySimFiber *from;     /* unowned: the last that switched here */

  /* The sanitizer's. */
  void          *fake;
  const void    *bottom;
  size_t         n_bytes;
};

TallySimFiber *
tally_sim_fiber_new_own (void)
{
  return g_new0 (TallySimFiber, 1);
}

TallySimFiber *
tally_sim_fiber_new (void)
{
  TallySimFiber *self = g_new0 (TallySimFiber, 1);
  gsize guard = (gsize) sysconf (_SC_PAGESIZE);

  self->memory = mmap (NULL, guard + STACK_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (self->memory == MAP_FAILED || mprotect (self->memory, guard, PROT_NONE) != 0)
    g_error ("no memory for a stack");

  /* Or the first touch may clear 2 MB. */
  madvise (self->memory, guard + STACK_BYTES, MADV_NOHUGEPAGE);

  self->bottom = (char *) self->memory + guard;
  self->n_bytes = STACK_BYTES;

  return self;
}

void
tally_sim_fiber_free (TallySimFiber *self)
{
  if (self->memory != NULL)
    munmap (self->memory, (gsize) sysconf (_SC_PAGESIZE) + STACK_BYTES);
  g_free (self);
}

/* Just arrived: from where, the sanitizer says. */
static void
arrive (TallySimFiber *self)
{
  __sanitizer_finish_switch_fiber (self->fake, &self->from->bottom, &self->from->n_bytes);
}

/* makecontext() hands over integers only. */
static void
fiber_main (guint high,
            guint low)
{
  TallySimFiber *self = (TallySimFiber *) (guintptr) ((guint64) high << 32 | low);

  arrive (self);
  self->func (self->data);
  g_assert_not_reached ();
}

void
tally_sim_fiber_start (TallySimFiber *self,
                       TallySimFunc   func,
                       gpointer       data)
{
  guint64 address = (guintptr) self;

  self->func = func;
  self->data = data;
  self->fake = NULL;

  getcontext (&self->context);
  self->context.uc_stack.ss_sp = (void *) self->bottom;
  self->context.uc_stack.ss_size = self->n_bytes;
  self->context.uc_link = NULL;
  makecontext (&self->context, (void (*) (void)) fiber_main, 2,
               (guint) (address >> 32), (guint) address);
}

void
tally_sim_fiber_switch (TallySimFiber *self,
                        TallySimFiber *to)
{
  int before = errno;

  to->from = self;
  __sanitizer_start_switch_fiber (&self->fake, to->bottom, to->n_bytes);
  swapcontext (&self->context, &to->context);
  arrive (self);
  errno = before;
}

void
tally_sim_fiber_leave (TallySimFiber *self,
                       TallySimFiber *to)
{
  to->from = self;
  __sanitizer_start_switch_fiber (NULL, to->bottom, to->n_bytes);
  setcontext (&to->context);
  g_assert_not_reached ();
}
